#include "media/images/gallery.hpp"

#include "media/av/av_error.hpp"
#include "media/av/filter_graph.hpp"
#include "media/images/image_files.hpp"
#include "media/images/picture_score.hpp"
#include "media/images/storyboard.hpp"
#include "media/transcode/picture_chain.hpp"
#include "media/transcode/video_reader.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace weike::media {
namespace {

constexpr int kJudgedSide = 320;

enum class Reading { key_frames, all_frames };

// Pictures scaled in two steps: to the size they are judged in, then to a tile.
class Reducer {
 public:
  Reducer(const Plan& plan, const StoryboardLayout& layout)
      : judged_(plan, judged_side(plan, plan.video.front().width),
                judged_side(plan, plan.video.front().height)),
        tile_(layout.tile_width, layout.tile_height) {}

  Result<FramePtr> judged(const AVFrame& picture) { return judged_.make(share(picture)); }
  Result<FramePtr> tile(const AVFrame& judged) { return tile_.make(share(judged)); }

 private:
  static int judged_side(const Plan& plan, int side) {
    const int longest = std::max(plan.video.front().width, plan.video.front().height);
    const double scale = std::min(1.0, static_cast<double>(kJudgedSide) / longest);
    return std::max(2, static_cast<int>(std::lround(side * scale / 2)) * 2);
  }

  UprightPicture judged_;
  RungScaler tile_;
};

// The best picture of each third of the lesson.
class Candidates {
 public:
  void consider(std::size_t third, const AVFrame& picture, double score) {
    auto& best = best_.at(third);
    if (best.picture && score <= best.score) return;
    best = {share(picture), score};
  }

  std::vector<FramePtr> take() {
    std::stable_sort(best_.begin(), best_.end(), [](const Scored& one, const Scored& other) {
      return (one.picture ? one.score : -1) > (other.picture ? other.score : -1);
    });
    std::vector<FramePtr> pictures;
    pictures.reserve(best_.size());
    for (auto& each : best_)
      pictures.push_back(each.picture ? std::move(each.picture) : share(*pictures.front()));
    return pictures;
  }

 private:
  struct Scored {
    FramePtr picture;
    double score = -1;
  };
  std::array<Scored, kCoverCandidates> best_;
};

class Walk {
 public:
  Walk(const Plan& plan, OutputSink& sink)
      : plan_(plan), sink_(sink), layout_(storyboard_layout(plan)), reducer_(plan, layout_) {}

  // Nothing when the key frames are too far apart.
  Result<std::optional<Gallery>> run(int descriptor, Reading reading) {
    auto reader = VideoReader::open(descriptor, plan_.video_stream, SourceOptions{});
    if (!reader) return reader.error();
    reader->on_packet([this] { give_sign_of_life(); });
    if (reading == Reading::key_frames) {
      reader->keep_key_frames_only();
      reader->stream().discard = AVDISCARD_NONKEY;  // Their bytes need not even be read.
    }
    if (plan_.trim.in_ms > 0) {
      if (auto sought = reader->seek(plan_.video_start_us); !sought) return sought.error();
    }
    while (gallery_.tiles.size() < tile_count()) {
      auto next = reader->next();
      if (!next) return next.error();
      const bool is_late = *next && (*next)->pts > end_us();
      if (!*next || is_late) break;
      if (reading == Reading::key_frames && is_far(**next)) return std::optional<Gallery>();
      if (auto shown = show(std::move(*next)); !shown) return shown.error();
    }
    return finish(reading);
  }

 private:
  // The way to the next tile is long when key frames are far apart.
  void give_sign_of_life() {
    constexpr std::uint64_t kPackets = 64;
    if (++packets_ % kPackets != 0) return;
    sink_.progress(static_cast<std::int64_t>(gallery_.tiles.size()), layout_.tiles);
  }
  std::size_t tile_count() const { return static_cast<std::size_t>(layout_.tiles); }
  std::int64_t end_us() const {
    return plan_.video_start_us + std::int64_t{plan_.duration_ms()} * 1000;
  }
  // A tile shows what is on screen at its time, half a step at most too early or too late.
  std::int64_t tile_us(std::size_t tile) const {
    return plan_.video_start_us + static_cast<std::int64_t>(tile) * layout_.step_ms * 1000;
  }
  bool is_far(const AVFrame& next) const {
    return current_ && next.pts - current_->pts > 2 * layout_.step_ms * 1000;
  }

  // `current_` is on screen until `next` comes.
  Result<> show(FramePtr next) {
    while (current_ && gallery_.tiles.size() < tile_count() &&
           tile_us(gallery_.tiles.size()) < next->pts) {
      if (auto added = add_tile(); !added) return added;
    }
    current_ = std::move(next);
    return {};
  }

  Result<> add_tile() {
    const std::size_t tile = gallery_.tiles.size();
    sink_.progress(static_cast<std::int64_t>(tile), layout_.tiles);
    if (tile > 0 && tiled_us_ == current_->pts) {
      gallery_.tiles.push_back(share(*gallery_.tiles.back()));
      return {};
    }
    tiled_us_ = current_->pts;
    if (auto clean = deinterlace(); !clean) return clean;
    auto judged = reducer_.judged(*current_);
    if (!judged) return judged.error();
    candidates_.consider(tile * kCoverCandidates / tile_count(), *current_,
                         picture_score(**judged));
    auto small = reducer_.tile(**judged);
    if (!small) return small.error();
    gallery_.tiles.push_back(std::move(*small));
    return {};
  }

  // One field is enough for a still picture.
  Result<> deinterlace() {
    if (!plan_.is_interlaced) return {};
    auto graph = FilterGraph::create("field=type=top,scale=iw:2*ih:flags=bicubic", *current_);
    if (!graph) return graph.error();
    std::vector<FramePtr> out;
    const std::int64_t time = current_->pts;
    if (auto run = graph->run(share(*current_), out); !run) return run;
    if (out.empty()) return {};
    current_ = std::move(out.front());
    current_->pts = time;
    return {};
  }

  Result<std::optional<Gallery>> finish(Reading reading) {
    if (!current_) {
      if (reading == Reading::key_frames) return std::optional<Gallery>();
      return rejected("damaged", "no picture can be decoded");
    }
    const bool is_end_far = end_us() - current_->pts > 2 * layout_.step_ms * 1000;
    const bool has_all = gallery_.tiles.size() == tile_count();
    if (reading == Reading::key_frames && is_end_far && !has_all) return std::optional<Gallery>();
    while (gallery_.tiles.size() < tile_count()) {
      if (auto added = add_tile(); !added) return added.error();
    }
    gallery_.candidates = candidates_.take();
    return std::optional<Gallery>(std::move(gallery_));
  }

  const Plan& plan_;
  OutputSink& sink_;
  const StoryboardLayout layout_;
  Reducer reducer_;
  Candidates candidates_;
  Gallery gallery_;
  FramePtr current_;
  std::int64_t tiled_us_ = 0;  // The time of the picture on the last tile.
  std::uint64_t packets_ = 0;  // Read so far.
};

}  // namespace

Result<Gallery> collect_gallery(int descriptor, const Plan& plan, OutputSink& sink) {
  for (const Reading reading : {Reading::key_frames, Reading::all_frames}) {
    auto gallery = Walk(plan, sink).run(descriptor, reading);
    if (!gallery) return gallery.error();
    if (*gallery) return std::move(**gallery);
  }
  return rejected("damaged", "no picture can be decoded");
}

}  // namespace weike::media
