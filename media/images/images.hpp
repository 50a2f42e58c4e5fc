#pragma once

#include "media/task.hpp"

namespace weike::media {

// Does an ImagesTask; see there.
Result<nlohmann::json> make_images(const TaskInput& input, const ImagesTask& task,
                                   OutputSink& sink);

}  // namespace weike::media
