#pragma once

#include "media/plan/plan.hpp"

#include <string>
#include <string_view>
#include <vector>

// HLS playlists (RFC 8216, and Apple's authoring specification) as pure functions of the plan, so
// they are complete as soon as the plan stands. URIs are relative: they inherit the signed path.
namespace weike::media {

// Measured rates of a finished rendition, bits per second.
struct MeasuredRate {
  std::string rendition;
  std::int64_t peak_bps = 0;
  std::int64_t average_bps = 0;
};

// "master.m3u8". Without `rates` BANDWIDTH is declared from the caps and AVERAGE-BANDWIDTH is left
// out. Each video rung names "v…/index.m3u8", each audio group "a…/index.m3u8".
std::string master_playlist(const Plan& plan, const std::vector<MeasuredRate>& rates = {});

// "v360/index.m3u8" or "a128/index.m3u8": a complete VOD playlist. Empty if the plan has no such
// rendition.
std::string media_playlist(const Plan& plan, std::string_view rendition);

// The whole list of media file names a finished asset has: inits, segments, posters.
std::vector<std::string> media_files(const Plan& plan);

}  // namespace weike::media
