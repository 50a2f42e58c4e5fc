#include "media/transcode/rung_thread.hpp"

#include "media/av/av_error.hpp"

#include <utility>

namespace weike::media {
namespace {

// Deep enough to even out the encoder's uneven pace; source frames may be four times as large.
constexpr std::size_t kSourceQueue = 2;
constexpr std::size_t kRungQueue = 3;

std::variant<UprightPicture, RungScaler> shape_for(const Plan& plan, std::size_t rung_index) {
  const VideoRung& rung = plan.video[rung_index];
  if (rung_index == 0) return UprightPicture(plan, rung.width, rung.height);
  return RungScaler(rung.width, rung.height);
}

}  // namespace

RungThread::RungThread(const Plan& plan, const Options& options, SegmentCollector& collector)
    : plan_(plan),
      next_(options.next),
      tap_(options.tap),
      shelf_(options.shelf),
      collector_(collector),
      input_(options.rung_index == 0 ? kSourceQueue : kRungQueue),
      shape_(shape_for(plan, options.rung_index)) {
  for (const VideoRung* rung : options.renditions) renditions_.push_back({rung, nullptr});
  thread_ = std::thread([this] { run(); });
}

RungThread::~RungThread() {
  input_.close();
  thread_.join();
}

void RungThread::run() {
  while (auto item = input_.pop()) {
    if (auto handled = handle(std::move(*item)); !handled) {
      collector_.fail(handled.error());
      input_.abandon();
      break;
    }
  }
  if (next_) next_->input_.close();
}

Result<> RungThread::handle(GridItem item) {
  const bool is_end = !item.picture;
  if (!is_end && !item.is_upright) {
    auto shaped = bring_to_size(std::move(item.picture));
    if (!shaped) return shaped.error();
    item.picture = std::move(*shaped);
  }
  if (shelf_) {
    if (auto kept = shelf_->keep(item); !kept) return kept;
  }
  if (next_) {
    GridItem passed{item.segment, nullptr, item.number, item.begins_gop, item.summary};
    if (!is_end) passed.picture = share(*item.picture);
    if (!is_end && !passed.picture) return av_failure("share frame", AVERROR(ENOMEM));
    // A rung below that failed has told the collector itself.
    next_->input_.push(std::move(passed));
  }
  if (is_end) return finish(item);
  if (tap_) tap_->see(*item.picture, item.number);
  for (Rendition& rendition : renditions_) {
    if (auto encoded = encode(rendition, item, *item.picture); !encoded) return encoded.error();
  }
  return {};
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

Result<> RungThread::encode(Rendition& rendition, const GridItem& item, const AVFrame& picture) {
  const VideoRung& rung = *rendition.rung;
  if (!rendition.encoder) {
    auto opened = open_encoder(rung, plan_);
    if (!opened) return opened.error();
    if (!rung.init_sha256.empty() && init_digest((*opened)->init()) != rung.init_sha256)
      return Error{ErrorCode::internal, "the encoder differs from the plan", "plan_mismatch"};
    rendition.encoder = std::move(*opened);
  }
  FramePtr own = share(picture);
  if (!own) return av_failure("share frame", AVERROR(ENOMEM));
  return rendition.encoder->add(std::move(own), item.number - item.segment->first_frame,
                                item.begins_gop);
}

Result<> RungThread::finish(const GridItem& end) {
  const Segment& segment = *end.segment;
  if (tap_ && !renditions_.empty())
    collector_.note(segment.number, renditions_.front().rung->name,
                    tap_->end(segment, end.summary));
  for (Rendition& rendition : renditions_) {
    const auto encoder = std::exchange(rendition.encoder, nullptr);
    if (!encoder) return Error{ErrorCode::internal, "a segment without pictures", "media_library"};
    auto samples = encoder->finish();
    if (!samples) return samples.error();
    collector_.add(segment.number, rendition.rung->name,
                   video_segment(segment, plan_.frame_rate, *samples, encoder->delay()));
  }
  return {};
}

}  // namespace weike::media
