#include "media/plan/stills.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

// Which sources are worth looking for pictures that stand still.
namespace weike::media::test {
namespace {

VideoFacts facts_of(const std::vector<std::int64_t>& sizes) {
  VideoFacts video;
  video.width = 1920;
  video.height = 1080;
  for (std::size_t i = 0; i < sizes.size(); ++i)
    video.pictures.push_back({static_cast<std::int64_t>(i) * 40'000, sizes[i]});
  return video;
}

TEST(StillPlan, SkippingIsWorthItForSlidesOnly) {
  constexpr std::int64_t kEnd = 300 * 40'000;
  const VideoFacts camera = facts_of(std::vector<std::int64_t>(300, 50'000));
  std::vector<std::int64_t> slides(300, 90);
  for (std::size_t i = 0; i < slides.size(); i += 30) slides[i] = 200'000;
  std::vector<std::int64_t> mixed(300, 50'000);
  std::fill_n(mixed.begin(), 80, 500);

  EXPECT_FALSE(worth_skipping_stills(camera, 0, kEnd, 300));
  EXPECT_TRUE(worth_skipping_stills(facts_of(slides), 0, kEnd, 300));
  EXPECT_TRUE(worth_skipping_stills(facts_of(mixed), 0, kEnd, 300));
  EXPECT_FALSE(worth_skipping_stills(facts_of(mixed), kEnd / 2, kEnd, 150));  // Trimmed.
  // A recorder that writes a frame only when the screen changes.
  EXPECT_TRUE(worth_skipping_stills(facts_of(std::vector<std::int64_t>(20, 50'000)), 0, kEnd, 300));
}

}  // namespace
}  // namespace weike::media::test
