#pragma once

#include "media/plan/plan.hpp"

#include <cstdint>
#include <vector>

namespace weike::media {

// How often a source shows a new picture.
struct SourceRate {
  Rational fps{30, 1};
  bool is_constant = true;
};

// From the times of all frames in microseconds, in ascending order. Header fields are not asked:
// they lie too often. Fewer than two frames: 30.
SourceRate measure_rate(const std::vector<std::int64_t>& times_us);

// The constant rate of the output: up to 30 as it is, 48 to 60 halved, above 60 becomes 30, below 5
// at least 10.
Rational output_rate(const SourceRate& source);

}  // namespace weike::media
