#include "model/watch_ranges.hpp"

#include <gtest/gtest.h>

namespace weike {
namespace {

TEST(WatchRanges, MergesWhatOverlapsOrTouches) {
  WatchRanges watched;

  watched.add({0, 1000});
  watched.add({3000, 4000});
  watched.add({1000, 3000});

  EXPECT_EQ(watched.ranges(), (std::vector<WatchRange>{{0, 4000}}));
}

TEST(WatchRanges, KeepsApartWhatDoesNotTouch) {
  WatchRanges watched;

  watched.add({5000, 6000});
  watched.add({0, 1000});

  EXPECT_EQ(watched.ranges(), (std::vector<WatchRange>{{0, 1000}, {5000, 6000}}));
  EXPECT_EQ(watched.total_ms(), 2000u);
}

TEST(WatchRanges, AddingTwiceChangesNothing) {
  WatchRanges watched({{0, 1000}, {2000, 3000}});
  const auto before = watched;

  watched.add({2000, 3000});
  watched.add({100, 200});

  EXPECT_EQ(watched, before);
}

TEST(WatchRanges, IgnoresEmptyAndReversedRanges) {
  WatchRanges watched;

  watched.add({500, 500});
  watched.add({900, 100});

  EXPECT_TRUE(watched.ranges().empty());
}

TEST(WatchRanges, DoesNotDependOnTheOrderOfArrival) {
  const std::vector<WatchRange> parts{{0, 10}, {40, 50}, {8, 20}, {60, 70}, {20, 41}};
  const WatchRanges forward(parts);
  const WatchRanges backward(std::vector<WatchRange>(parts.rbegin(), parts.rend()));

  EXPECT_EQ(forward, backward);
  EXPECT_EQ(forward.ranges(), (std::vector<WatchRange>{{0, 50}, {60, 70}}));
}

}  // namespace
}  // namespace weike
