#pragma once

#include "media/av/av_ptr.hpp"
#include "media/observation.hpp"
#include "media/plan/plan.hpp"
#include "media/transcode/frame_queue.hpp"

namespace weike::media {

// Looks at the pictures of one rung on their way to its encoder. Called from that rung's thread.
class SegmentTap {
 public:
  virtual ~SegmentTap() = default;
  // `picture` is shown from grid frame `number` on, until the next one or the end of the segment.
  virtual void see(const AVFrame& picture, std::int64_t number) = 0;
  // All pictures of `segment` have been seen; those of the next one follow.
  virtual Observation end(const Segment& segment, const SegmentSummary& summary) = 0;
};

}  // namespace weike::media
