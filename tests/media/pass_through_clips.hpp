#pragma once

#include "tests/media/clips.hpp"

#include <string>

// Sources that may be handed on as they are, and what they are made of.
namespace weike::media::test {

inline constexpr const char* kTags =
    " -pix_fmt yuv420p -colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv ";
inline constexpr const char* kX264 = " -c:v libx264 -preset ultrafast -8x8dct 1 -crf 38 -bf 3 ";
inline constexpr const char* kTwoSecondGops = " -g 50 -sc_threshold 0 ";

inline std::string conforming(double seconds, const char* gops = kTwoSecondGops) {
  return pattern(640, 480, "25", seconds) + kX264 + gops + kTags;
}

}  // namespace weike::media::test
