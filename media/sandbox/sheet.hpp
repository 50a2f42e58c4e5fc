#pragma once

#include <nlohmann/json.hpp>

namespace weike::media {

// Whether a child's verdict sheet is nothing but numbers, flags and words of ours: what a file says
// of itself never gets into it, so that it may be shown and stored as it is.
bool is_sheet(const nlohmann::json& sheet);

}  // namespace weike::media
