#pragma once

#include "media/plan/plan.hpp"

#include <cstdint>
#include <span>

namespace weike::media {

// What a track's display matrix (ISO/IEC 14496-12, 8.3.2.3: a b u c d v x y w) says, brought to the
// nearest quarter turn.
Orientation orientation_of(std::span<const std::int32_t, 9> matrix);

}  // namespace weike::media
