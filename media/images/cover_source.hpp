#pragma once

#include "media/av/av_ptr.hpp"
#include "media/plan/plan.hpp"
#include "media/task.hpp"
#include "media/transcode/video_reader.hpp"
#include "model/error.hpp"

#include <cstdint>
#include <optional>

namespace weike::media {

// Covers are no larger.
inline constexpr int kPosterSide = 1280;

// Full-size pictures of a few places of the source, upright, the long side up to kPosterSide. What
// a picture costs is bounded, wherever the source's key frames lie; it is always one that the
// lesson shows. Belongs to one thread.
class CoverSource {
 public:
  static Result<CoverSource> open(int descriptor, const Plan& plan, OutputSink& sink);

  // The key frame nearest to `time_us` after the lesson's first frame; null if there is none less
  // than a second away, or if it is damaged.
  Result<FramePtr> key_frame_near(std::int64_t time_us);
  // What is on screen at that time, decoded from the key frame before; null if that is more than
  // 300 frames of the output grid away (x264 sets one every 250 unless told otherwise), or if
  // nothing can be decoded.
  Result<FramePtr> picture_at(std::int64_t time_us);

  // Packets that were given to the decoder so far.
  std::int64_t decoded_packets() const { return decoded_packets_; }

 private:
  CoverSource(VideoReader reader, const Plan& plan) : reader_(std::move(reader)), plan_(&plan) {}
  std::optional<std::int64_t> seek(std::int64_t source_us);
  bool seek_nearest(std::int64_t source_us);
  std::int64_t distance(std::optional<std::int64_t> key_us, std::int64_t source_us) const;
  Result<FramePtr> upright(FramePtr picture) const;

  VideoReader reader_;
  const Plan* plan_;
  std::int64_t decoded_packets_ = 0;
};

}  // namespace weike::media
