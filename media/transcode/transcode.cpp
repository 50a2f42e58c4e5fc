#include "media/transcode/transcode.hpp"

#include "media/av/av_error.hpp"
#include "media/observe/picture_observer.hpp"
#include "media/transcode/audio_maker.hpp"
#include "media/transcode/cascade.hpp"
#include "media/transcode/copied_rung.hpp"
#include "media/transcode/frame_grid.hpp"
#include "media/transcode/picture_shelf.hpp"
#include "media/transcode/segment_collector.hpp"
#include "media/transcode/still_filter.hpp"

#include <algorithm>
#include <chrono>
#include <memory>

namespace weike::media {
namespace {

using Clock = std::chrono::steady_clock;

Result<> check(const SegmentsTask& task) {
  const Plan& plan = task.plan;
  const bool is_range_fine = task.first_segment <= task.last_segment &&
                             task.last_segment < plan.segments.size() && plan.frame_rate.num > 0 &&
                             plan.frame_rate.den > 0 && !plan.video.empty();
  if (!is_range_fine) return Error{ErrorCode::invalid_argument, "no such segments", "bad_task"};
  if (task.renditions.empty())
    return Error{ErrorCode::invalid_argument, "no rendition is named", "bad_task"};
  for (const std::string& name : task.renditions) {
    if (!plan.find_video(name) && !plan.find_audio(name))
      return Error{ErrorCode::invalid_argument, "no such rendition: " + name, "bad_task"};
  }
  const bool can_go_ahead =
      std::all_of(task.ahead.begin(), task.ahead.end(),
                  [&](const std::string& name) { return is_asked_for(task, name); });
  if (!can_go_ahead || (!task.ahead.empty() && task.first_segment != task.last_segment))
    return Error{ErrorCode::invalid_argument, "that cannot go ahead", "bad_task"};
  return {};
}

// What a run does with the pictures of its segment.
enum class ShelfUse {
  none,
  fill,  // It decodes them and keeps them for the next run.
  look,  // It has them from the shelf instead of decoding.
  take,  // So it does, and lets go of each; it is the last one.
};

// One run of a task, on the caller's thread.
class Run {
 public:
  Run(int descriptor, const SegmentsTask& task, OutputSink& sink, PictureShelf& shelf,
      ShelfUse shelf_use)
      : descriptor_(descriptor),
        task_(task),
        sink_(sink),
        shelf_(shelf),
        shelf_use_(shelf_use),
        collector_(task, sink),
        observer_(task.plan) {}

  Result<nlohmann::json> run() {
    if (auto opened = open_sound(); !opened) return opened.error();
    if (auto opened = open_copy(); !opened) return opened.error();
    for (auto i = task_.first_segment; i <= task_.last_segment; ++i)
      total_ += task_.plan.segments[i].frame_count;
    Cascade cascade(task_, &observer_, collector_,
                    shelf_use_ == ShelfUse::fill ? &shelf_ : nullptr);
    if (auto opened = open_pictures(cascade); !opened) return opened.error();
    for (auto i = task_.first_segment; i <= task_.last_segment; ++i) {
      const Segment& segment = task_.plan.segments[i];
      if (auto made = make_sound(segment); !made) return made.error();
      if (auto made = make_copy(segment); !made) return made.error();
      if (auto fed = feed(cascade, segment); !fed) return fed.error();
    }
    if (!cascade.is_empty()) cascade.close();
    if (auto rest = collector_.hand_over_rest(total_); !rest) return rest.error();
    nlohmann::json result;
    result["frames"] = grid_ ? total_ : 0;
    result["damaged_frames"] = grid_ ? grid_->damaged_frames() : 0;
    return {boost::system::in_place_value, std::move(result)};
  }

 private:
  Result<> open_sound() {
    std::vector<const AudioRung*> rungs;
    for (const AudioRung& rung : task_.plan.audio)
      if (is_asked_for(task_, rung.name)) rungs.push_back(&rung);
    if (rungs.empty()) return {};
    auto maker = AudioMaker::open(descriptor_, task_.plan, std::move(rungs), SourceOptions{});
    if (!maker) return maker.error();
    sound_.emplace(std::move(*maker));
    return {};
  }

  Result<> open_copy() {
    if (!task_.plan.copied || !is_asked_for(task_, task_.plan.copied->name)) return {};
    auto opened = CopiedRung::open(descriptor_, task_.plan, SourceOptions{});
    if (!opened) return opened.error();
    copy_.emplace(std::move(*opened));
    return {};
  }

  Result<> make_copy(const Segment& segment) {
    if (!copy_) return {};
    auto made = copy_->make(segment);
    if (!made) return made.error();
    collector_.add(segment.number, task_.plan.copied->name, std::move(*made));
    return collector_.hand_over();
  }

  Result<> open_pictures(const Cascade& cascade) {
    if (cascade.is_empty() || has_shelf()) return {};
    auto grid = FrameGrid::open(descriptor_, task_.plan, SourceOptions{});
    if (!grid) return grid.error();
    grid_.emplace(std::move(*grid));
    grid_->on_packet([this] { tell_progress(); });
    const Segment& last = task_.plan.segments[task_.last_segment];
    grid_->end_with(last.first_frame + last.frame_count - 1);
    return grid_->seek(task_.plan.segments[task_.first_segment].first_frame);
  }

  Result<> make_sound(const Segment& segment) {
    if (!sound_) return {};
    auto made = sound_->make(segment);
    if (!made) return made.error();
    if (made->notes)
      collector_.note(segment.number, task_.plan.audio.front().name, {{}, std::move(made->notes)});
    for (auto& each : made->segments)
      collector_.add(segment.number, each.rendition, std::move(each.bytes));
    return collector_.hand_over();
  }

  // The pictures are there already, and whoever put them there has counted the damaged ones.
  bool has_shelf() const { return shelf_use_ == ShelfUse::look || shelf_use_ == ShelfUse::take; }

  Result<> feed_from_shelf(Cascade& cascade) {
    for (std::size_t i = 0; i < shelf_.size(); ++i) {
      auto item = shelf_use_ == ShelfUse::look ? shelf_.look_at(i) : shelf_.take(i);
      if (!item) return item.error();
      if (auto pushed = push(cascade, std::move(*item)); !pushed) return pushed;
      done_ = std::min(done_ + 1, total_);
      tell_progress();
    }
    return {};
  }

  Result<> feed(Cascade& cascade, const Segment& segment) {
    if (!cascade.is_empty() && has_shelf()) return feed_from_shelf(cascade);
    if (!grid_) {
      done_ += segment.frame_count;
      sink_.progress(done_, total_);
      return {};
    }
    if (segment.number != task_.first_segment) {
      if (auto ready = grid_->go_on(segment.first_frame); !ready) return ready.error();
    }
    for (std::int64_t i = 0; i < segment.frame_count; ++i) {
      auto picture = grid_->frame_at(segment.first_frame + i);
      if (!picture) return picture.error();
      ++done_;
      const bool begins_gop = i % task_.plan.gop_frames == 0;
      const bool is_fixed = begins_gop || i + 1 == segment.frame_count;
      auto is_coded = must_code(**picture, is_fixed);
      if (!is_coded) return is_coded.error();
      if (!*is_coded) continue;
      GridItem item{&segment, std::move(*picture), segment.first_frame + i, begins_gop};
      if (auto pushed = push(cascade, std::move(item)); !pushed) return pushed.error();
      tell_progress();
    }
    GridItem end{&segment};
    end.summary = grid_->summary();
    return push(cascade, std::move(end));
  }

  Result<bool> must_code(const AVFrame& picture, bool is_fixed) {
    return task_.plan.skips_stills ? stills_.must_code(picture, is_fixed) : Result<bool>(true);
  }

  Result<> push(Cascade& cascade, GridItem item) {
    const bool is_taken = cascade.push(std::move(item));
    // A rung that failed has told the collector why.
    if (auto handed = collector_.hand_over(); !handed) return handed.error();
    if (!is_taken) return Error{ErrorCode::internal, "a rung stopped", "media_library"};
    return {};
  }

  void tell_progress() {
    const auto now = Clock::now();
    if (now - last_progress_ < std::chrono::milliseconds(500)) return;
    last_progress_ = now;
    sink_.progress(done_, total_);
  }

  int descriptor_;
  const SegmentsTask& task_;
  OutputSink& sink_;
  PictureShelf& shelf_;
  const ShelfUse shelf_use_;
  SegmentCollector collector_;
  PictureObserver observer_;
  std::optional<AudioMaker> sound_;
  std::optional<CopiedRung> copy_;
  std::optional<FrameGrid> grid_;
  StillFilter stills_;
  std::int64_t done_ = 0;  // Of `total_` frames.
  std::int64_t total_ = 0;
  Clock::time_point last_progress_ = Clock::now();
};

// What goes ahead, then the rest: the encoder of the largest rung takes as much memory as all
// others, so it is alone with the pictures that are kept.
std::vector<SegmentsTask> passes_of(const SegmentsTask& task, bool keeps_pictures) {
  const std::string& top = task.plan.video.front().name;
  std::vector<SegmentsTask> passes(3, task);
  for (SegmentsTask& pass : passes) {
    pass.renditions.clear();
    pass.ahead.clear();
  }
  passes[0].renditions = task.ahead;
  for (const std::string& name : task.renditions) {
    if (is_asked_for(passes[0], name)) continue;
    passes[keeps_pictures && name == top ? 2 : 1].renditions.push_back(name);
  }
  std::erase_if(passes, [](const SegmentsTask& pass) { return pass.renditions.empty(); });
  return passes;
}

Result<nlohmann::json> make_in_passes(int descriptor, const SegmentsTask& task, OutputSink& sink) {
  const bool keeps_pictures =
      PictureShelf::has_room_for(task.plan, task.plan.segments[task.first_segment]);
  const auto passes = passes_of(task, keeps_pictures);
  PictureShelf shelf;
  nlohmann::json result;
  for (std::size_t i = 0; i < passes.size(); ++i) {
    const bool is_last = i + 1 == passes.size();
    auto use = ShelfUse::none;
    if (shelf.size() > 0) use = is_last ? ShelfUse::take : ShelfUse::look;
    if (shelf.size() == 0 && keeps_pictures && !is_last) use = ShelfUse::fill;
    auto made = Run(descriptor, passes[i], sink, shelf, use).run();
    if (!made) return made;
    const bool has_decoded = made->at("frames") > 0;
    if (has_decoded || result.is_null()) result = std::move(*made);
  }
  return {boost::system::in_place_value, std::move(result)};
}

}  // namespace

Result<nlohmann::json> make_segments(int descriptor, const SegmentsTask& task, OutputSink& sink) {
  if (auto checked = check(task); !checked) return checked.error();
  if (!task.ahead.empty()) return make_in_passes(descriptor, task, sink);
  PictureShelf none;
  return Run(descriptor, task, sink, none, ShelfUse::none).run();
}

}  // namespace weike::media
