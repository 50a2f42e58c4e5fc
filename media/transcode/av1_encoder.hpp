#pragma once

#include "media/transcode/picture_encoder.hpp"

#include <vector>

namespace weike::media {

// SVT-AV1 for one segment. It chooses its key frames itself, every `gop_frames` pictures: version
// 1.4 cannot be told to make one. Its own threads wait for each other in a fixed order, so that its
// bytes are always the same.
class Av1Encoder final : public PictureEncoder {
 public:
  static Result<std::unique_ptr<Av1Encoder>> open(const VideoRung& rung, const Plan& plan);
  ~Av1Encoder() override;

  const Bytes& init() const override { return init_; }
  int delay() const override { return 0; }
  Result<> add(FramePtr picture, std::int64_t shown_at, bool is_key) override;
  Result<std::vector<Sample>> finish() override;

 private:
  Av1Encoder() = default;
  Result<> collect();
  void end_orderly();

  CodecContextPtr context_;
  Bytes init_;
  std::vector<Sample> samples_;
  std::size_t count_ = 0;
  bool is_finished_ = false;
};

}  // namespace weike::media
