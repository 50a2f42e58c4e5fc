#pragma once

#include "media/plan/source_facts.hpp"
#include "media/task.hpp"

namespace weike::media {

// Finds out what a source is: chooses the streams, reads its time line and decodes its first frame.
// Fails with a rejection naming the cause.
Result<SourceFacts> examine(int descriptor, const Limits& limits, OutputSink& sink);

}  // namespace weike::media
