#include "api/feed/stretch_cache.hpp"

#include <gtest/gtest.h>

namespace weike::feed {
namespace {

constexpr CardMoment kNow{7, 3};

StretchPtr stretch_at(const std::string& begin, CardMoment moment = kNow) {
  auto made = std::make_shared<CardStretch>(moment, begin);
  made->finish(CardStretch::Rest::none);
  return made;
}

// What is found, by its begin.
std::string found(StretchCache& cache, std::size_t list, std::string_view after,
                  CardMoment moment = kNow) {
  const auto stretch = cache.find(list, after, moment);
  return stretch ? "at " + stretch->begin() : "nothing";
}

TEST(StretchCache, FindsTheOneThatBeginsNearestInFront) {
  StretchCache cache(1'000'000);
  for (const std::string begin : {"m", "", "f"}) cache.put(0, stretch_at(begin));

  EXPECT_EQ(found(cache, 0, ""), "at ");
  EXPECT_EQ(found(cache, 0, "e"), "at ");
  EXPECT_EQ(found(cache, 0, "f"), "at f");
  EXPECT_EQ(found(cache, 0, "z"), "at m");
}

TEST(StretchCache, KeepsListsApart) {
  StretchCache cache(1'000'000);
  cache.put(1, stretch_at("f"));

  EXPECT_EQ(found(cache, 0, "g"), "nothing");
  EXPECT_EQ(found(cache, 1, "a"), "nothing");
  EXPECT_EQ(found(cache, 2, "g"), "nothing");
  EXPECT_EQ(found(cache, 1, "g"), "at f");
}

TEST(StretchCache, NeverShowsAnotherMomentAndForgetsIt) {
  for (const CardMoment other : {CardMoment{8, 3}, CardMoment{6, 3}, CardMoment{7, 4}}) {
    StretchCache cache(1'000'000);
    cache.put(0, stretch_at(""));

    EXPECT_EQ(found(cache, 0, "", other), "nothing");
    EXPECT_EQ(cache.size_bytes(), 0U);
  }
}

TEST(StretchCache, TakesTheNewerOfTwoWithTheSameBegin) {
  StretchCache cache(1'000'000);
  cache.put(0, stretch_at("", {6, 3}));
  cache.put(0, stretch_at(""));

  EXPECT_EQ(found(cache, 0, ""), "at ");
  EXPECT_EQ(cache.size_bytes(), stretch_at("")->size_bytes());
}

TEST(StretchCache, DropsWhatWasUsedLongestAgoWhenItIsFull) {
  const auto size = stretch_at("a")->size_bytes();
  StretchCache cache(3 * size);
  for (const std::string begin : {"a", "b", "c"}) cache.put(0, stretch_at(begin));
  ASSERT_EQ(found(cache, 0, "a"), "at a");

  cache.put(0, stretch_at("d"));

  EXPECT_EQ(cache.size_bytes(), 3 * size);
  EXPECT_EQ(found(cache, 0, "b"), "at a") << "b is gone";
  EXPECT_EQ(found(cache, 0, "c"), "at c");
}

TEST(StretchCache, KeepsNothingThatIsLargerThanItself) {
  StretchCache cache(10);
  cache.put(0, stretch_at("a"));

  EXPECT_EQ(found(cache, 0, "a"), "nothing");
  EXPECT_EQ(cache.size_bytes(), 0U);
}

}  // namespace
}  // namespace weike::feed
