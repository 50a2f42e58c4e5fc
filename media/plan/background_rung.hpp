#pragma once

#include "media/plan/plan.hpp"

#include <optional>
#include <vector>

namespace weike::media {

// The AV1 rendition of the ladder's 480 rung; nothing when there is no such rung.
std::optional<VideoRung> background_rung(const std::vector<VideoRung>& ladder);

}  // namespace weike::media
