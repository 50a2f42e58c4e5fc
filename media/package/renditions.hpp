#pragma once

#include "media/package/playlists.hpp"

#include <algorithm>
#include <cstdio>
#include <string>

// What HLS playlists and DASH manifests say in the same way.
namespace weike::media {

inline std::string decimal(double value, int places) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", places, value);
  return text;
}

inline bool is_small(const VideoRung& rung) { return std::min(rung.width, rung.height) <= 480; }

// The small sound goes with the small pictures.
inline const AudioRung* sound_for(const Plan& plan, const VideoRung& rung) {
  if (plan.audio.empty()) return nullptr;
  return is_small(rung) ? &plan.audio.back() : &plan.audio.front();
}

inline constexpr const char* kSoundCodecs = "mp4a.40.2";
std::string video_codecs(const Plan& plan, const VideoRung& rung);  // RFC 6381.

// What is promised of a rendition: measured, or from its cap.
struct DeclaredRate {
  std::int64_t peak_bps = 0;
  std::int64_t average_bps = 0;  // 0: not measured, as are the I-frames.
  std::int64_t iframe_peak_bps = 0;
  std::int64_t iframe_average_bps = 0;
};
DeclaredRate declared_rate(const VideoRung& rung, const std::vector<MeasuredRate>& rates);
DeclaredRate declared_rate(const AudioRung& rung, const std::vector<MeasuredRate>& rates);

// `text` as it may stand in a quoted string (RFC 8216, 4.2): neither quotes nor line breaks can.
std::string quotable(std::string_view text);

// The labels of captions, quotable and each only once (RFC 8216, 4.3.4.1.1).
std::vector<CaptionTrack> with_distinct_labels(std::vector<CaptionTrack> captions);

}  // namespace weike::media
