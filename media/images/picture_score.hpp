#pragma once

#include "media/av/av_ptr.hpp"

namespace weike::media {

// How well a small yuv420p picture would do as a cover, for comparing: its sharpness (the mean
// square of second differences), less if it is nearly black or white, as in fades. Never negative.
double picture_score(const AVFrame& picture);

}  // namespace weike::media
