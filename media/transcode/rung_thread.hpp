#pragma once

#include "media/plan/plan.hpp"
#include "media/transcode/frame_queue.hpp"
#include "media/transcode/picture_chain.hpp"
#include "media/transcode/segment_collector.hpp"
#include "media/transcode/video_encoder.hpp"

#include <optional>
#include <thread>
#include <variant>

namespace weike::media {

// One rung of the cascade with its own thread: takes pictures of the rung above (or of the source),
// brings them to its size, passes them on to the rung below, and encodes them if it was asked for.
class RungThread {
 public:
  // `next` (may be null) and `collector` outlive it.
  RungThread(const Plan& plan, std::size_t rung_index, bool encodes, RungThread* next,
             SegmentCollector& collector);
  ~RungThread();
  RungThread(const RungThread&) = delete;
  RungThread& operator=(const RungThread&) = delete;

  FrameQueue& input() { return input_; }

 private:
  void run();
  Result<> handle(FramePtr picture);
  Result<FramePtr> bring_to_size(FramePtr picture);
  Result<> encode(FramePtr picture, std::int64_t number);

  const Plan& plan_;
  const VideoRung& rung_;
  const bool encodes_;
  RungThread* const next_;
  SegmentCollector& collector_;
  FrameQueue input_;
  std::variant<UprightPicture, RungScaler> shape_;
  FramePtr last_input_;  // A repeated picture is brought to size once.
  FramePtr last_shaped_;
  std::optional<VideoEncoder> encoder_;
  const Segment* segment_ = nullptr;
  std::thread thread_;
};

}  // namespace weike::media
