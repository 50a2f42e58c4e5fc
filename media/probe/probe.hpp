#pragma once

#include "media/task.hpp"

namespace weike::media {

// Does a ProbeTask; see there.
Result<nlohmann::json> probe(int descriptor, const ProbeTask& task, OutputSink& sink);

}  // namespace weike::media
