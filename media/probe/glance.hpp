#pragma once

#include "media/task.hpp"

namespace weike::media {

// Does a GlanceTask; see there.
Result<nlohmann::json> glance(int descriptor, const GlanceTask& task, OutputSink& sink);

}  // namespace weike::media
