#pragma once

#include "model/error.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weike::media {

struct CaptionLimits {
  std::size_t bytes = std::size_t{1} << 20;
  std::size_t cues = 10'000;
};

// Captions as they are kept and served.
struct NormalCaptions {
  std::string webvtt;  // UTF-8, cues by time, only safe tags; with the time map HLS asks for.
  std::uint32_t cues = 0;
};

// Reads a SubRip or WebVTT file for a lesson of that duration: what lies outside of it is cut off.
// The same bytes and duration always give the same text. `too_large`, reason captions_too_large;
// `invalid_argument`, reason captions_encoding, captions_format, captions_too_many, or
// captions_empty when nothing is left to show.
Result<NormalCaptions> read_captions(std::string_view file, std::uint32_t duration_ms,
                                     const CaptionLimits& limits = {});

// What of captions shows between two points of their lesson, the times counted from the first one;
// `webvtt` is as `read_captions` made it. `invalid_argument`, reason captions_empty, for nothing.
Result<NormalCaptions> cut_captions(std::string_view webvtt, std::int64_t in_ms,
                                    std::int64_t out_ms);

// What captions are called: the first 12 hex digits of SHA-256 over all that a viewer sees of them.
std::string caption_id(std::string_view language, std::string_view label, std::string_view webvtt);

}  // namespace weike::media
