#include "media/probe/display_matrix.hpp"

#include <cmath>

namespace weike::media {

Orientation orientation_of(std::span<const std::int32_t, 9> matrix) {
  double a = matrix[0];
  const double b = matrix[1];
  const double c = matrix[3];
  const double d = matrix[4];
  Orientation orientation;
  // A negative determinant is a turn followed by a mirror; take the mirror off to see the turn.
  orientation.is_mirrored = a * d - b * c < 0;
  if (orientation.is_mirrored) a = -a;
  constexpr double kQuarter = 1.57079632679489661923;
  const auto turns = static_cast<int>(std::lround(std::atan2(b, a) / kQuarter));
  orientation.quarter_turns = (turns + 4) % 4;
  return orientation;
}

}  // namespace weike::media
