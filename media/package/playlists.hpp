#pragma once

#include "media/package/rates.hpp"
#include "media/package/segment_index.hpp"
#include "media/plan/plan.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

// HLS playlists (RFC 8216, and Apple's authoring specification) as pure functions of the plan, so
// they are complete as soon as the plan stands. URIs are relative: they inherit the signed path.
namespace weike::media {

// Captions as a rendition: "captions/{id}.vtt".
struct CaptionTrack {
  std::string id;        // 12 lower-case hex digits.
  std::string language;  // BCP 47.
  std::string label;     // For people; any text.
};

// What of the plan a master playlist or a manifest offers.
struct OfferedMedia {
  // Video renditions, by name. Empty: what can be promised before the asset is ready, every rung
  // but the top one if the source's pictures may take its place.
  std::vector<std::string> video;
  // Of the renditions that are complete, once the asset is ready. Without a rate, BANDWIDTH is
  // declared from the caps and AVERAGE-BANDWIDTH is left out; with a measured rate of I-frames
  // there is an I-frame playlist.
  std::vector<MeasuredRate> rates = {};
  bool with_av1 = false;  // AV1 renditions among `video` too.
  std::vector<CaptionTrack> captions = {};
};

// The video renditions that `offered` names, largest first.
std::vector<VideoRung> offered_video(const Plan& plan, const OfferedMedia& offered);

// "master.m3u8" and its tagged sisters. Each video rung names "v…/index.m3u8", each audio group
// "a…/index.m3u8", captions "captions/{id}.m3u8"; the smallest sound alone is a variant too.
std::string master_playlist(const Plan& plan, const OfferedMedia& offered = {});

// "v360/index.m3u8" or "a128/index.m3u8": a complete VOD playlist. Empty if the plan has no such
// rendition.
std::string media_playlist(const Plan& plan, std::string_view rendition);

// "v360/iframes.m3u8": the first picture of each segment, by `SegmentIndex::iframe`, one for each
// segment of the plan. Empty if the numbers differ or the plan has no such video rendition.
std::string iframe_playlist(const Plan& plan, std::string_view rendition,
                            std::span<const ByteRange> iframes);

// "captions/{id}.m3u8".
std::string caption_playlist(const Plan& plan, std::string_view caption_id);

// "manifest.mpd" and its tagged sisters: MPEG-DASH over the same files.
std::string dash_manifest(const Plan& plan, const OfferedMedia& offered = {});

// The tags in the names of masters and manifests: "av1" or the id of captions. "master.m3u8",
// "master.av1.0123456789ab.m3u8".
std::string master_name(std::span<const std::string> tags);

// The whole list of media file names a finished asset has: inits, segments, posters.
std::vector<std::string> media_files(const Plan& plan);

}  // namespace weike::media
