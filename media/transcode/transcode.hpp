#pragma once

#include "media/task.hpp"

namespace weike::media {

// Does a SegmentsTask; see there. One decode feeds all rungs, each with its own thread; the sink is
// called from the caller's thread only.
Result<nlohmann::json> make_segments(int descriptor, const SegmentsTask& task, OutputSink& sink);

}  // namespace weike::media
