#include "media/transcode/frame_grid.hpp"

#include "media/av/av_error.hpp"

#include <algorithm>

namespace weike::media {
namespace {

// The deinterlacer looks at the frames before; bwdif needs one, three leave room for field pairs.
constexpr std::int64_t kFramesForDeinterlacer = 3;

}  // namespace

Result<FrameGrid> FrameGrid::open(int descriptor, const Plan& plan, const SourceOptions& options) {
  auto reader = VideoReader::open(descriptor, plan.video_stream, options);
  if (!reader) return reader.error();
  return FrameGrid(std::move(*reader), plan);
}

std::int64_t FrameGrid::limit_us(std::int64_t number) const {
  const Rational rate = plan_->frame_rate;
  const std::int64_t half_steps = 2 * number + 1;
  return plan_->video_start_us + half_steps * 500'000 * rate.den / rate.num;
}

std::int64_t FrameGrid::frame_us() const {
  return 1'000'000 * plan_->frame_rate.den / plan_->frame_rate.num;
}

Result<> FrameGrid::seek(std::int64_t number) {
  current_.reset();
  ahead_.reset();
  deinterlacer_.reset();
  deinterlaced_.clear();
  is_at_end_ = false;
  summary_ = {};
  if (number == 0 && plan_->trim.in_ms == 0) return {};  // A reader starts at the beginning.
  return reader_.seek(limit_us(plan_->is_interlaced ? number - kFramesForDeinterlacer : number));
}

// The deinterlacer looks at the picture behind.
void FrameGrid::end_with(std::int64_t number) {
  if (!plan_->is_interlaced) reader_.end_at(limit_us(number), frame_us());
}

Result<> FrameGrid::go_on(std::int64_t number) {
  if (reader_.has_met_damage()) return seek(number);
  summary_ = {};
  return {};
}

void FrameGrid::note(std::int64_t number, std::int64_t limit_us) {
  const std::int64_t shown_us = current_->pts;
  const bool is_late = shown_us > limit_us;
  // What is held beyond the source's end is nobody's frame.
  const bool is_held = number >= plan_->frame_count - plan_->held_frames;
  if (!is_held && reader_.is_damaged_between(is_late ? INT64_MIN : shown_us, limit_us)) {
    ++summary_.damaged_frames;
    ++damaged_frames_;
  }
  // A picture counts for as long as its packet says, as a slide that is shown for a minute.
  const std::int64_t last_us = std::max(shown_us, shown_us + current_->pkt_duration - frame_us());
  const std::int64_t until_us = std::min(last_us, std::max(shown_us, limit_us - frame_us() / 2));
  summary_.decoded_until_ms = std::max<std::int64_t>(0, (until_us - plan_->video_start_us) / 1000);
}

Result<FramePtr> FrameGrid::next_source_frame() {
  while (deinterlaced_.empty()) {
    if (is_at_end_) return FramePtr();
    auto frame = reader_.next();
    if (!frame) return frame.error();
    is_at_end_ = !*frame;
    if (!plan_->is_interlaced) return frame;
    if (*frame && deinterlacer_ && !deinterlacer_->fits(**frame)) {
      // It holds a picture back until it has seen the one behind.
      if (auto run = deinterlacer_->run(nullptr, deinterlaced_); !run) return run.error();
      deinterlacer_.reset();
    }
    if (*frame && !deinterlacer_) {
      auto made = FilterGraph::create("bwdif=mode=send_frame:deint=interlaced", **frame);
      if (!made) return made.error();
      deinterlacer_ = std::move(*made);
    }
    if (!deinterlacer_) continue;
    if (auto run = deinterlacer_->run(std::move(*frame), deinterlaced_); !run) return run.error();
  }
  FramePtr first = std::move(deinterlaced_.front());
  deinterlaced_.erase(deinterlaced_.begin());
  return first;
}

Result<FramePtr> FrameGrid::frame_at(std::int64_t number) {
  const std::int64_t limit = limit_us(number);
  while (!is_at_end_ || ahead_ || !deinterlaced_.empty()) {
    if (!ahead_) {
      auto next = next_source_frame();
      if (!next) return next.error();
      ahead_ = std::move(*next);
      if (!ahead_) break;
    }
    if (ahead_->pts > limit && current_) break;
    const bool is_late = ahead_->pts > limit;  // Nothing earlier exists: the first picture serves.
    current_ = std::move(ahead_);
    if (is_late) break;
  }
  if (!current_) return rejected("damaged", "no frame can be decoded");
  note(number, limit);
  FramePtr picture = share(*current_);
  if (!picture) return av_failure("share frame", AVERROR(ENOMEM));
  picture->pts = number;
  return picture;
}

}  // namespace weike::media
