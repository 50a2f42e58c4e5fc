#pragma once

#include "media/av/filter_graph.hpp"
#include "media/plan/plan.hpp"
#include "media/transcode/frame_queue.hpp"
#include "media/transcode/video_reader.hpp"

#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace weike::media {

// The source's frames brought to the plan's constant rate: output frame n is the last source frame
// shown at or before n / fps and half a frame more. Interlaced frames come out deinterlaced. The
// picture of a frame does not depend on where reading began.
class FrameGrid {
 public:
  static Result<FrameGrid> open(int descriptor, const Plan& plan, const SourceOptions& options);

  // As of the reader: a sign of life while the way to a frame is long.
  void on_packet(std::function<void()> tell) { reader_.on_packet(std::move(tell)); }

  // Prepares for `frame_at(number)`, `frame_at(number + 1)`, ….
  Result<> seek(std::int64_t number);
  // Nobody will ask for a frame behind `number`.
  void end_with(std::int64_t number);
  // Goes on with the next segment, whose first frame is `number`. After damage it seeks again, so
  // that traces of it are the same as for who begins there.
  Result<> go_on(std::int64_t number);
  // Another reference to the picture of output frame `number`; numbers must not go down after a
  // seek. When the source ends early its last picture repeats. Fails with the rejection "damaged"
  // when there is no picture at all.
  Result<FramePtr> frame_at(std::int64_t number);

  // Of the frames asked for, those that show the last good picture in place of a damaged one.
  std::int64_t damaged_frames() const { return damaged_frames_; }
  // Of the frames asked for since the last `seek` or `go_on`.
  const SegmentSummary& summary() const { return summary_; }

 private:
  FrameGrid(VideoReader reader, const Plan& plan) : reader_(std::move(reader)), plan_(&plan) {}
  std::int64_t limit_us(std::int64_t number) const;
  std::int64_t frame_us() const;
  Result<FramePtr> next_source_frame();
  void note(std::int64_t number, std::int64_t limit_us);

  VideoReader reader_;
  const Plan* plan_;
  std::optional<FilterGraph> deinterlacer_;
  std::vector<FramePtr> deinterlaced_;  // Ready, in order.
  FramePtr current_;
  FramePtr ahead_;
  bool is_at_end_ = false;
  std::int64_t damaged_frames_ = 0;
  SegmentSummary summary_;
};

}  // namespace weike::media
