#pragma once

#include "media/plan/plan.hpp"
#include "media/task.hpp"
#include "model/error.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

// What a plan that a child made may look like.
namespace weike::media {

constexpr std::size_t kMaxRungs = 8;  // Of pictures, and of sound.

// Whether a plan that a child made can be worked by: counts, sizes, names and times within bounds
// and the segments without gap. `corrupt` otherwise.
Result<> check_plan(const Plan& plan, const Limits& limits);

// 'v' or 'a' and two to four digits; the other kinds of rung have a tail.
bool is_rendition(std::string_view name, char kind);

// All renditions with pictures, of whatever kind.
std::vector<const VideoRung*> picture_rungs(const Plan& plan);

}  // namespace weike::media
