#include "server/jobs/order_of_work.hpp"

#include "tests/server/jobs/fake_worker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weike::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Names = std::vector<std::string>;
const Names kFirst{"v360", "a128"};
const Names kRest{"v720"};
const Names kAll{"v720", "v360", "a128"};
const OrderOptions kOptions{
    .batch_segments = 3, .short_lesson = std::chrono::minutes{3}, .workers = 2};
// 2 s and 4 s for each further segment: 60 of them are 238 s.
constexpr std::uint32_t kLong = 60;

std::vector<Batch> open_of(const media::Plan& plan, const FinishedSegments& finished,
                           const Names& renditions = kAll) {
  const auto is_taken = [&](const std::string& rendition, std::uint32_t number) {
    return finished.has(rendition, number);
  };
  return open_batches(plan, renditions, is_taken, kOptions);
}

TEST(OrderOfWork, ShortLessonIsPlayableFirstThenMadeFromOneDecode) {
  const auto plan = plan_of(10);

  const auto batches = open_of(plan, FinishedSegments(plan));

  EXPECT_THAT(batches, ElementsAre(Batch{kAll, 0, 0, Urgency::playable, kFirst},
                                   Batch{kAll, 1, 3, Urgency::publishable},
                                   Batch{kAll, 4, 6, Urgency::publishable},
                                   Batch{kAll, 7, 9, Urgency::publishable}));
}

TEST(OrderOfWork, TwoWorkersGetHalfOfTheLessonEachIfABatchHoldsIt) {
  const auto plan = plan_of(6);

  const auto batches = open_of(plan, FinishedSegments(plan));

  EXPECT_THAT(batches, ElementsAre(Batch{kAll, 0, 0, Urgency::playable, kFirst},
                                   Batch{kAll, 1, 3, Urgency::publishable},
                                   Batch{kAll, 4, 5, Urgency::publishable}));
}

TEST(OrderOfWork, SeveralBatchesForEachWorkerAreAlike) {
  const auto plan = plan_of(7);

  const auto batches = open_of(plan, FinishedSegments(plan));

  EXPECT_THAT(batches, ElementsAre(Batch{kAll, 0, 0, Urgency::playable, kFirst},
                                   Batch{kAll, 1, 2, Urgency::publishable},
                                   Batch{kAll, 3, 4, Urgency::publishable},
                                   Batch{kAll, 5, 6, Urgency::publishable}));
}

TEST(OrderOfWork, LastSegmentIsNoBatchOfItsOwn) {
  const auto plan = plan_of(8);

  const auto batches = open_of(plan, FinishedSegments(plan));

  EXPECT_EQ(batches.back(), (Batch{kAll, 5, 7, Urgency::publishable}));
}

TEST(OrderOfWork, OnlyWhatIsMissingOfTheFirstSegmentGoesAhead) {
  const auto plan = plan_of(1);
  FinishedSegments finished(plan);
  finished.add("a128", 0, 10);
  EXPECT_THAT(open_of(plan, finished),
              ElementsAre(Batch{{"v720", "v360"}, 0, 0, Urgency::playable, {"v360"}}));

  finished.add("v720", 0, 10);
  EXPECT_THAT(open_of(plan, finished), ElementsAre(Batch{{"v360"}, 0, 0, Urgency::playable}));
}

TEST(OrderOfWork, WhatGoesAheadCanBeABatchOfItsOwn) {
  const auto [ahead, rest] = split_ahead(Batch{kAll, 0, 0, Urgency::playable, kFirst});

  EXPECT_EQ(ahead, (Batch{kFirst, 0, 0, Urgency::playable}));
  EXPECT_EQ(rest, (Batch{kRest, 0, 0, Urgency::publishable}));
}

TEST(OrderOfWork, LongLessonIsPublishableBeforeItsLargerRungsAreMade) {
  const auto plan = plan_of(kLong);

  const auto batches = open_of(plan, FinishedSegments(plan));

  EXPECT_EQ(batches[0], (Batch{kFirst, 0, 0, Urgency::playable}));
  EXPECT_EQ(batches[1], (Batch{kFirst, 1, 3, Urgency::publishable}));
  EXPECT_EQ(batches[20], (Batch{kFirst, 58, 59, Urgency::publishable}));
  EXPECT_EQ(batches[21], (Batch{kRest, 0, 2, Urgency::complete}));
  EXPECT_EQ(batches.back(), (Batch{kRest, 57, 59, Urgency::complete}));
}

TEST(OrderOfWork, FinishedSegmentsAreInNoBatch) {
  const auto plan = plan_of(7);
  FinishedSegments finished(plan);
  for (std::uint32_t number = 0; number < 3; ++number) {
    for (const auto& name : kFirst) finished.add(name, number, 10);
  }
  finished.add("v720", 0, 10);
  finished.add("v720", 4, 10);

  const auto batches = open_of(plan, finished);

  EXPECT_THAT(batches, ElementsAre(Batch{kRest, 1, 2, Urgency::publishable},
                                   Batch{kAll, 3, 3, Urgency::publishable},
                                   Batch{kFirst, 4, 4, Urgency::publishable},
                                   Batch{kAll, 5, 6, Urgency::publishable}));
}

TEST(OrderOfWork, SourceWithOneRungAndNoSoundIsOneRow) {
  auto plan = plan_of(4);
  plan.audio.clear();
  plan.video = {{.name = "v240", .width = 426, .height = 240}};

  const auto batches = open_of(plan, FinishedSegments(plan), {"v240"});

  EXPECT_THAT(batches, ElementsAre(Batch{{"v240"}, 0, 0, Urgency::playable},
                                   Batch{{"v240"}, 1, 3, Urgency::publishable}));
}

TEST(OrderOfWork, LateRungIsMadeFromItsBeginning) {
  const auto plan = plan_of(4);

  const auto batches = open_of(plan, FinishedSegments(plan), kRest);

  EXPECT_THAT(batches, ElementsAre(Batch{kRest, 0, 1, Urgency::complete},
                                   Batch{kRest, 2, 3, Urgency::complete}));
}

TEST(Renditions, EagerTopRungIsDueAndLateOneIsNot) {
  const auto plan = plan_of(4);

  EXPECT_EQ(due_renditions(plan, false, TopRung::eager), kAll);
  EXPECT_EQ(due_renditions(plan, false, TopRung::when_watched), kFirst);
  EXPECT_THAT(late_renditions(plan, false, TopRung::when_watched), ElementsAre("v720"));
  EXPECT_THAT(late_renditions(plan, false, TopRung::eager), IsEmpty());
  EXPECT_EQ(offered_renditions(plan, false), kAll);
}

TEST(Renditions, OnlyRungDoesNotWait) {
  auto plan = plan_of(4);
  plan.video.erase(plan.video.begin());

  EXPECT_EQ(due_renditions(plan, false, TopRung::when_watched), kFirst);
  EXPECT_THAT(late_renditions(plan, false, TopRung::when_watched), IsEmpty());
}

TEST(Renditions, CopyStandsForTheTopRungUnlessAFrameIsDamaged) {
  auto plan = plan_of(4);
  plan.copied = media::VideoRung{.name = "v720-source", .width = 1280, .height = 720};

  const Names with_copy{"v720-source", "v360", "a128"};
  EXPECT_EQ(offered_renditions(plan, false), with_copy);
  EXPECT_EQ(due_renditions(plan, false, TopRung::when_watched), with_copy) << "a copy is cheap";
  EXPECT_EQ(offered_renditions(plan, true), kAll);
  EXPECT_EQ(due_renditions(plan, true, TopRung::when_watched), kFirst);
}

TEST(FinishedSegments, CountsAndIgnoresWhatThePlanDoesNotHave) {
  const auto plan = plan_of(2);
  FinishedSegments finished(plan);

  finished.add("v360", 0, 7);
  finished.add("v360", 1, 5);
  finished.add("v360", 2, 100);
  finished.add("v999", 0, 100);

  EXPECT_TRUE(finished.is_complete("v360"));
  EXPECT_EQ(finished.total_bytes("v360"), 12U);
  EXPECT_FALSE(finished.are_complete(kAll));
  EXPECT_FALSE(finished.has("v999", 0));
  EXPECT_GT(share_done(plan, kAll, finished), 0.1);
  EXPECT_LT(share_done(plan, kAll, finished), 0.3);
}

}  // namespace
}  // namespace weike::server
