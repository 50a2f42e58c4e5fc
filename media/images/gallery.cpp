#include "media/images/gallery.hpp"

#include "media/images/cover_source.hpp"
#include "media/images/image_files.hpp"
#include "media/images/picture_score.hpp"
#include "media/images/reel_reader.hpp"

#include <algorithm>
#include <array>

namespace weike::media {
namespace {

// A place that costs one key frame may be so much worse than the best, which costs a hundred
// frames.
constexpr double kNearlyAsGood = 0.75;
// A picture that was found near a place, or whose decoding went wrong, may be another: it has to
// keep so much of what the place promised.
constexpr double kKept = 0.5;
// Of each third.
constexpr std::size_t kMostPlaces = 12;
constexpr std::size_t kMostDecoded = 2;

struct Cover {
  FramePtr picture;
  double score = -1;
};

class CoverChoice {
 public:
  CoverChoice(CoverSource& source, const Plan& plan) : source_(source), judge_(plan) {}

  // Without a picture when the third has none.
  Result<Cover> choose(Third third) {
    const auto& sights = third.sights;
    for (std::size_t i = 0; i < std::min(kMostPlaces, sights.size()); ++i) {
      if (sights[i].score < kNearlyAsGood * sights.front().score) break;
      auto cover = as_promised(source_.key_frame_near(sights[i].time_us), sights[i]);
      if (!cover || cover->picture) return cover;
    }
    for (std::size_t i = 0; i < std::min(kMostDecoded, sights.size()); ++i) {
      auto cover = as_promised(source_.picture_at(sights[i].time_us), sights[i]);
      if (!cover || cover->picture) return cover;
    }
    if (!third.best) return Cover{};
    return Cover{std::move(third.best), sights.front().score};
  }

 private:
  Result<Cover> as_promised(Result<FramePtr> picture, const Sight& sight) {
    if (!picture) return picture.error();
    if (!*picture) return Cover{};
    auto judged = judge_.reduce(**picture);
    if (!judged) return judged.error();
    if (picture_score(**judged) < kKept * sight.score) return Cover{};
    return Cover{std::move(*picture), sight.score};
  }

  CoverSource& source_;
  Judge judge_;
};

std::vector<FramePtr> in_order(std::array<Cover, kCoverCandidates> covers) {
  std::stable_sort(covers.begin(), covers.end(),
                   [](const Cover& one, const Cover& other) { return one.score > other.score; });
  std::vector<FramePtr> pictures;
  pictures.reserve(covers.size());
  for (Cover& cover : covers)
    pictures.push_back(cover.picture ? std::move(cover.picture) : share(*pictures.front()));
  return pictures;
}

}  // namespace

Result<Gallery> collect_gallery(const TaskInput& input, const Plan& plan, OutputSink& sink) {
  auto reel = read_reel(input.reel, plan, sink);
  if (!reel) return reel.error();
  auto source = CoverSource::open(input.source, plan, sink);
  if (!source) return source.error();
  CoverChoice choice(*source, plan);
  std::array<Cover, kCoverCandidates> covers;
  for (std::size_t i = 0; i < covers.size(); ++i) {
    auto cover = choice.choose(std::move(reel->thirds.at(i)));
    if (!cover) return cover.error();
    covers.at(i) = std::move(*cover);
  }
  return Gallery{std::move(reel->tiles), in_order(std::move(covers)), source->decoded_packets()};
}

}  // namespace weike::media
