#pragma once

#include "media/av/av_ptr.hpp"
#include "media/plan/plan.hpp"
#include "media/transcode/picture_chain.hpp"
#include "model/error.hpp"

namespace weike::media {

// How well a small yuv420p picture would do as a cover, for comparing: its sharpness (the mean
// square of second differences), less if it is nearly black or white, as in fades. Never negative.
double picture_score(const AVFrame& picture);

// Brings pictures of a lesson, upright and all of one size, to the size in which they are scored.
// One thread.
class Judge {
 public:
  explicit Judge(const Plan& plan);
  Result<FramePtr> reduce(const AVFrame& picture) { return scaler_.make(share(picture)); }

 private:
  RungScaler scaler_;
};

}  // namespace weike::media
