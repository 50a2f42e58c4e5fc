#include "media/plan/plan.hpp"

#include <cmath>

namespace weike::media {

std::uint32_t Plan::duration_ms() const {
  if (frame_rate.num == 0) return 0;
  return static_cast<std::uint32_t>(
      std::llround(static_cast<double>(frame_count) * 1000.0 / frame_rate.value()));
}

}  // namespace weike::media
