#include "server/jobs/order_of_work.hpp"

#include "tests/server/jobs/fake_worker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weike::server {
namespace {

using ::testing::ElementsAre;

using Names = std::vector<std::string>;
const Names kFirst{"v360", "a128"};
const Names kRest{"v720"};
const Names kAll{"v720", "v360", "a128"};
const OrderOptions kOptions{.batch_segments = 3, .short_lesson = std::chrono::minutes{3}};
// 2 s and 4 s for each further segment: 60 of them are 238 s.
constexpr std::uint32_t kLong = 60;

TEST(OrderOfWork, ShortLessonIsPlayableFirstThenMadeFromOneDecode) {
  const auto plan = plan_of(7);

  const auto batches = open_batches(plan, FinishedSegments(plan), kOptions);

  EXPECT_THAT(
      batches,
      ElementsAre(Batch{kFirst, 0, 2, Urgency::playable}, Batch{kRest, 0, 2, Urgency::complete},
                  Batch{kAll, 3, 5, Urgency::complete}, Batch{kAll, 6, 6, Urgency::complete}));
}

TEST(OrderOfWork, LongLessonIsPublishableBeforeItsLargerRungsAreMade) {
  const auto plan = plan_of(kLong);

  const auto batches = open_batches(plan, FinishedSegments(plan), kOptions);

  ASSERT_EQ(batches.size(), 2 * kLong / 3);
  EXPECT_EQ(batches[0], (Batch{kFirst, 0, 2, Urgency::playable}));
  EXPECT_EQ(batches[1], (Batch{kFirst, 3, 5, Urgency::publishable}));
  EXPECT_EQ(batches[19], (Batch{kFirst, 57, 59, Urgency::publishable}));
  EXPECT_EQ(batches[20], (Batch{kRest, 0, 2, Urgency::complete}));
}

TEST(OrderOfWork, FinishedSegmentsAreInNoBatch) {
  const auto plan = plan_of(7);
  FinishedSegments finished(plan);
  for (std::uint32_t number = 0; number < 3; ++number) {
    for (const auto& name : kFirst) finished.add(name, number, 10);
  }
  finished.add("v720", 0, 10);
  finished.add("v720", 4, 10);

  const auto batches = open_batches(plan, finished, kOptions);

  EXPECT_THAT(
      batches,
      ElementsAre(Batch{kRest, 1, 2, Urgency::complete}, Batch{kAll, 3, 3, Urgency::complete},
                  Batch{kFirst, 4, 4, Urgency::complete}, Batch{kAll, 5, 5, Urgency::complete},
                  Batch{kAll, 6, 6, Urgency::complete}));
}

TEST(OrderOfWork, SourceWithOneRungAndNoSoundIsOneRow) {
  auto plan = plan_of(4);
  plan.audio.clear();
  plan.video = {{.name = "v240", .width = 426, .height = 240}};

  const auto batches = open_batches(plan, FinishedSegments(plan), kOptions);

  EXPECT_THAT(batches, ElementsAre(Batch{{"v240"}, 0, 2, Urgency::playable},
                                   Batch{{"v240"}, 3, 3, Urgency::complete}));
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
  EXPECT_FALSE(finished.is_complete());
  EXPECT_FALSE(finished.has("v999", 0));
  EXPECT_GT(share_done(plan, finished), 0.1);
  EXPECT_LT(share_done(plan, finished), 0.3);
}

}  // namespace
}  // namespace weike::server
