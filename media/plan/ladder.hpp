#pragma once

#include "media/plan/plan.hpp"

#include <vector>

namespace weike::media {

// A picture as it is seen: upright, with square pixels.
struct ShownSize {
  double width = 0;
  double height = 0;
};
ShownSize shown_size(int coded_width, int coded_height, Rational sample_aspect,
                     const Orientation& orientation);

// The renditions for a picture of this size, largest first, by its short side; never larger than
// the source.
std::vector<VideoRung> make_ladder(const ShownSize& shown);

}  // namespace weike::media
