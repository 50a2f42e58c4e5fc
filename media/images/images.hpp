#pragma once

#include "media/task.hpp"

namespace weike::media {

// Does an ImagesTask; see there. Of a few key frames spread over the lesson the sharpest is taken.
Result<nlohmann::json> make_images(int descriptor, const ImagesTask& task, OutputSink& sink);

}  // namespace weike::media
