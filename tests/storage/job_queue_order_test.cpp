#include "tests/storage/job_queue_contract.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace weike::storage {
namespace {

TEST_P(JobQueueContract, OldestGoesFirst) {
  for (const auto* payload : {"1", "2", "3"}) add(payload);

  for (const auto* payload : {"1", "2", "3"}) EXPECT_EQ(next(), payload);
}

TEST_P(JobQueueContract, SmallerClassGoesFirst) {
  add("background", 0, JobClass::background);
  add("normal", 0, JobClass::normal);
  add("urgent", 0, JobClass::urgent);

  EXPECT_EQ(next(), "urgent");
  EXPECT_EQ(next(), "normal");
  EXPECT_EQ(next(), "background");
}

TEST_P(JobQueueContract, UnitsTakeTurns) {
  for (const auto* payload : {"a1", "a2", "a3"}) add(payload, 1);
  add("b1", 2);
  for (const auto* payload : {"c1", "c2"}) add(payload, 3);

  std::string order;
  for (int i = 0; i < 6; ++i) order += next() + " ";

  EXPECT_EQ(order, "a1 b1 c1 a2 c2 a3 ");
}

TEST_P(JobQueueContract, NewcomerDoesNotWaitForAUnitsBacklog) {
  for (int i = 0; i < 20; ++i) add("backlog", 1);
  EXPECT_EQ(next(), "backlog");
  add("newcomer", 2);

  EXPECT_EQ(next(), "newcomer");
  EXPECT_EQ(next(), "backlog");
}

TEST_P(JobQueueContract, BusyUnitsArePassedOver) {
  const auto unit_of = [&](const std::string& payload, int unit) {
    add(payload, unit);
    return queue_.lease().value()->unit;
  };
  const auto first = unit_of("first of a", 1);
  const auto third = unit_of("first of c", 3);
  for (const auto* payload : {"a1", "a2"}) add(payload, 1);
  add("b1", 2);
  add("c1", 3);
  const auto next_but = [&](const std::set<UnitId>& busy) {
    const auto lease = queue_.lease(JobClass::background, busy).value();
    return lease ? lease->payload : "none";
  };

  EXPECT_EQ(next_but({first, third}), "b1");
  EXPECT_EQ(next_but({first, third}), "none");
  EXPECT_EQ(next_but({first}), "c1");
  EXPECT_EQ(next_but({}), "a1");
}

TEST_P(JobQueueContract, PlaceIsHowManyRunBefore) {
  std::vector<JobId> jobs;
  for (const int unit : {1, 1, 1, 2, 3, 3}) jobs.push_back(add("job", unit));
  jobs.push_back(add("urgent", 2, JobClass::urgent));
  jobs.push_back(add("background", 2, JobClass::background));
  std::vector<std::pair<std::size_t, JobId>> forecast;
  for (const auto id : jobs) forecast.emplace_back(queue_.place(id).value().value(), id);
  std::sort(forecast.begin(), forecast.end());

  for (const auto& [place, id] : forecast) {
    const auto lease = queue_.lease().value();
    ASSERT_TRUE(lease);
    EXPECT_EQ(lease->job, id) << "place " << place;
  }
}

TEST_P(JobQueueContract, PlaceIsRightInTheMidstOfATurn) {
  std::vector<JobId> jobs;
  for (const int unit : {1, 1, 2, 2, 3, 3}) jobs.push_back(add("job", unit));
  queue_.lease().value();  // Unit 1 was served, so unit 2 is next.

  EXPECT_EQ(queue_.place(jobs[0]).value(), std::nullopt);
  EXPECT_EQ(queue_.place(jobs[2]).value(), 0u);
  EXPECT_EQ(queue_.place(jobs[4]).value(), 1u);
  EXPECT_EQ(queue_.place(jobs[1]).value(), 2u);
  EXPECT_EQ(queue_.place(jobs[3]).value(), 3u);
  EXPECT_EQ(queue_.place(jobs[5]).value(), 4u);
  EXPECT_EQ(queue_.place(JobId::make_random()).value(), std::nullopt);
}

TEST_P(JobQueueContract, DepthCountsWaitingDelayedAndLeased) {
  for (int i = 0; i < 3; ++i) add("job");
  fail(*queue_.lease().value());
  queue_.lease().value();

  EXPECT_EQ(queue_.depth().value(), 3u);
}

}  // namespace
}  // namespace weike::storage
