#pragma once

#include "media/transcode/picture_encoder.hpp"

#include <vector>

namespace weike::media {

// x264, with one thread.
class VideoEncoder final : public PictureEncoder {
 public:
  static Result<VideoEncoder> open(const VideoRung& rung, const Plan& plan);

  const Bytes& init() const override { return init_; }
  int delay() const override { return context_->has_b_frames; }
  Result<> add(FramePtr picture, std::int64_t shown_at, bool is_key) override;
  Result<std::vector<Sample>> finish() override;

 private:
  Result<> collect();

  CodecContextPtr context_;
  Bytes init_;
  std::vector<Sample> samples_;
  std::size_t count_ = 0;
};

}  // namespace weike::media
