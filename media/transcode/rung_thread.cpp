#include "media/transcode/rung_thread.hpp"

#include "media/av/av_error.hpp"

#include <algorithm>

namespace weike::media {
namespace {

// Deep enough to even out the encoder's uneven pace; source frames may be four times as large.
constexpr std::size_t kSourceQueue = 3;
constexpr std::size_t kRungQueue = 6;

const Segment& segment_of(const Plan& plan, std::int64_t frame) {
  const auto after = std::upper_bound(
      plan.segments.begin(), plan.segments.end(), frame,
      [](std::int64_t number, const Segment& segment) { return number < segment.first_frame; });
  return *std::prev(after);
}

std::variant<UprightPicture, RungScaler> shape_for(const Plan& plan, const VideoRung& rung,
                                                   bool is_top) {
  if (is_top) return UprightPicture(plan, rung.width, rung.height);
  return RungScaler(rung.width, rung.height);
}

}  // namespace

RungThread::RungThread(const Plan& plan, std::size_t rung_index, bool encodes, RungThread* next,
                       SegmentCollector& collector)
    : plan_(plan),
      rung_(plan.video[rung_index]),
      encodes_(encodes),
      next_(next),
      collector_(collector),
      input_(rung_index == 0 ? kSourceQueue : kRungQueue),
      shape_(shape_for(plan, rung_, rung_index == 0)),
      thread_([this] { run(); }) {}

RungThread::~RungThread() {
  input_.close();
  thread_.join();
}

void RungThread::run() {
  while (FramePtr picture = input_.pop()) {
    if (auto handled = handle(std::move(picture)); !handled) {
      collector_.fail(handled.error());
      input_.abandon();
      break;
    }
  }
  if (next_) next_->input_.close();
}

Result<> RungThread::handle(FramePtr picture) {
  const std::int64_t number = picture->pts;
  auto shaped = bring_to_size(std::move(picture));
  if (!shaped) return shaped.error();
  (*shaped)->pts = number;
  if (next_) {
    FramePtr passed = share(**shaped);
    if (!passed) return av_failure("share frame", AVERROR(ENOMEM));
    // A rung below that failed has told the collector itself.
    if (!next_->input_.push(std::move(passed)) && !encodes_) return {};
  }
  return encodes_ ? encode(std::move(*shaped), number) : Result<>();
}

Result<FramePtr> RungThread::bring_to_size(FramePtr picture) {
  if (last_input_ && last_input_->data[0] == picture->data[0]) {
    FramePtr again = share(*last_shaped_);
    if (!again) return av_failure("share frame", AVERROR(ENOMEM));
    return again;
  }
  FramePtr input = share(*picture);
  auto shaped = std::visit([&](auto& shape) { return shape.make(std::move(picture)); }, shape_);
  if (!shaped) return shaped.error();
  last_shaped_ = share(**shaped);
  if (!input || !last_shaped_) return av_failure("share frame", AVERROR(ENOMEM));
  last_input_ = std::move(input);
  return shaped;
}

Result<> RungThread::encode(FramePtr picture, std::int64_t number) {
  if (!encoder_) {
    segment_ = &segment_of(plan_, number);
    auto opened = VideoEncoder::open(rung_, plan_);
    if (!opened) return opened.error();
    if (!rung_.init_sha256.empty() && init_digest(opened->init()) != rung_.init_sha256)
      return Error{ErrorCode::internal, "the encoder differs from the plan", "plan_mismatch"};
    encoder_ = std::move(*opened);
  }
  if (auto added = encoder_->add(std::move(picture)); !added) return added.error();
  if (number + 1 < segment_->first_frame + segment_->frame_count) return {};
  auto samples = encoder_->finish();
  if (!samples) return samples.error();
  collector_.add(segment_->number, rung_.name,
                 video_segment(*segment_, plan_.frame_rate, *samples, encoder_->delay()));
  encoder_.reset();
  return {};
}

}  // namespace weike::media
