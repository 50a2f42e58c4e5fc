#include "media/images/reel_reader.hpp"

#include "media/images/picture_score.hpp"
#include "media/images/storyboard.hpp"
#include "media/transcode/picture_chain.hpp"
#include "media/transcode/video_reader.hpp"

#include <algorithm>

namespace weike::media {
namespace {

// Goes along reel and storyboard at once: a tile shows the picture nearest to its time.
class Walk {
 public:
  Walk(const Plan& plan, OutputSink& sink)
      : plan_(plan),
        sink_(sink),
        layout_(storyboard_layout(plan)),
        judge_(plan),
        tile_(layout_.tile_width, layout_.tile_height) {}

  Result<ReelPictures> run(int descriptor) {
    auto reader = VideoReader::open(descriptor, 0, SourceOptions{});
    if (!reader) return Error{ErrorCode::internal, "the reel: " + reader.error().message};
    reader->keep_key_frames_only();
    reader->stream().discard = AVDISCARD_NONKEY;
    while (!is_complete()) {
      auto next = reader->next();
      if (!next) return next.error();
      if (!*next) break;
      if (!is_of_rung(**next)) continue;
      if (auto shown = show(std::move(*next)); !shown) return shown.error();
    }
    if (!current_) return Error{ErrorCode::internal, "the reel has no picture"};
    while (!is_complete()) {
      if (auto added = add_tile(); !added) return added.error();
    }
    for (Third& third : pictures_.thirds) {
      std::stable_sort(
          third.sights.begin(), third.sights.end(),
          [](const Sight& one, const Sight& other) { return one.score > other.score; });
    }
    return std::move(pictures_);
  }

 private:
  bool is_complete() const {
    return pictures_.tiles.size() >= static_cast<std::size_t>(layout_.tiles);
  }
  // An earlier child made it, and nothing it says is taken on faith; scalers are set to this size.
  bool is_of_rung(const AVFrame& picture) const {
    const VideoRung& rung = plan_.video.back();
    return picture.format == AV_PIX_FMT_YUV420P && picture.width == rung.width &&
           picture.height == rung.height;
  }
  std::int64_t next_tile_us() const {
    return static_cast<std::int64_t>(pictures_.tiles.size()) * layout_.step_ms * 1000;
  }

  Result<> show(FramePtr next) {
    while (current_ && !is_complete() &&
           next_tile_us() - current_->pts <= next->pts - next_tile_us()) {
      if (auto added = add_tile(); !added) return added;
    }
    current_ = std::move(next);
    is_on_tile_ = false;
    return {};
  }

  Result<> add_tile() {
    const std::size_t tile = pictures_.tiles.size();
    sink_.progress(static_cast<std::int64_t>(tile), layout_.tiles);
    if (is_on_tile_) {
      pictures_.tiles.push_back(share(*pictures_.tiles.back()));
      return {};
    }
    is_on_tile_ = true;
    auto judged = judge_.reduce(*current_);
    if (!judged) return judged.error();
    consider(tile, picture_score(**judged));
    auto small = tile_.make(std::move(*judged));
    if (!small) return small.error();
    pictures_.tiles.push_back(std::move(*small));
    return {};
  }

  void consider(std::size_t tile, double score) {
    Third& third =
        pictures_.thirds.at(tile * kCoverCandidates / static_cast<std::size_t>(layout_.tiles));
    const bool is_best = std::all_of(third.sights.begin(), third.sights.end(),
                                     [&](const Sight& each) { return each.score < score; });
    third.sights.push_back({current_->pts, score});
    if (is_best) third.best = share(*current_);
  }

  const Plan& plan_;
  OutputSink& sink_;
  const StoryboardLayout layout_;
  Judge judge_;
  RungScaler tile_;
  ReelPictures pictures_;
  FramePtr current_;
  bool is_on_tile_ = false;  // The current picture.
};

}  // namespace

Result<ReelPictures> read_reel(int descriptor, const Plan& plan, OutputSink& sink) {
  return Walk(plan, sink).run(descriptor);
}

}  // namespace weike::media
