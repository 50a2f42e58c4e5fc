#pragma once

#include "media/av/av_ptr.hpp"
#include "media/package/fmp4.hpp"
#include "media/plan/plan.hpp"
#include "model/error.hpp"

#include <vector>

namespace weike::media {

// x264 for one segment of one rung: made fresh for each, so that a segment's bytes depend on
// nothing before it. One thread.
class VideoEncoder {
 public:
  static Result<VideoEncoder> open(const VideoRung& rung, const Plan& plan);

  // The init segment that fits what this encoder makes.
  const Bytes& init() const { return init_; }
  // How many frames later than its decoding order a picture may be shown.
  int delay() const { return context_->has_b_frames; }
  // Encodes the next picture; every GOP begins with a key frame.
  Result<> add(FramePtr picture);
  // Gives all samples, in decoding order. The encoder is used up then.
  Result<std::vector<Sample>> finish();

 private:
  Result<> collect();

  CodecContextPtr context_;
  Bytes init_;
  std::vector<Sample> samples_;
  int gop_frames_ = 0;
  std::int64_t count_ = 0;
};

}  // namespace weike::media
