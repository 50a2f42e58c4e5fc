#pragma once

#include <algorithm>
#include <cmath>

namespace weike::media {

// The scale that brings the longer side down to `longest`; 1 where it is no longer than that.
inline double shrink_to(int longest, int width, int height) {
  return std::min(1.0, static_cast<double>(longest) / std::max(width, height));
}

// A side at a scale: even, as 4:2:0 wants it, and no less than 2.
inline int even_side(int side, double scale) {
  return std::max(2, static_cast<int>(std::lround(side * scale / 2)) * 2);
}

// Pictures are compared with one another, and looked at for their placeholder, at this size.
inline constexpr int kJudgedSide = 320;

}  // namespace weike::media
