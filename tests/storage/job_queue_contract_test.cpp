#include "tests/storage/job_queue_contract.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace weike::storage {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

INSTANTIATE_TEST_SUITE_P(Engines, JobQueueContract, kKvEngines, engine_name);

TEST_P(JobQueueContract, EmptyQueueHasNoLease) {
  EXPECT_EQ(queue_.lease().value(), std::nullopt);
  EXPECT_EQ(queue_.depth().value(), 0u);
}

TEST_P(JobQueueContract, LeaseTellsAllAboutTheJob) {
  const auto id = add(std::string("any bytes \0\xff", 12));

  const auto lease = queue_.lease().value();

  ASSERT_TRUE(lease);
  EXPECT_EQ(lease->job, id);
  EXPECT_EQ(lease->payload, std::string("any bytes \0\xff", 12));
  EXPECT_EQ(lease->attempt, 1u);
  EXPECT_EQ(lease->expires_at, clock_.now() + seconds{30});
  EXPECT_EQ(queue_.find(id).value()->state, JobState::leased);
}

TEST_P(JobQueueContract, JobExistsOnlyIfItsTransactionCommits) {
  const auto failed = store().transact([this](Transaction& t) -> Result<> {
    EXPECT_TRUE(queue_.enqueue(t, {.payload = "never"}));
    return Error{ErrorCode::internal, "rolled back"};
  });

  EXPECT_FALSE(failed);
  EXPECT_EQ(next(), "");
}

TEST_P(JobQueueContract, LeasedJobIsNotLeasedAgain) {
  add("only");

  EXPECT_EQ(next(), "only");
  EXPECT_EQ(next(), "");
}

TEST_P(JobQueueContract, QueuedIdIsLeftAsItIs) {
  JobRequest request{.payload = "first"};
  enqueue(request);
  request.payload = "second";
  enqueue(request);

  EXPECT_EQ(next(), "first");
  enqueue(request);
  EXPECT_EQ(next(), "");
}

TEST_P(JobQueueContract, ExpiredLeaseGoesToNextWorker) {
  add("job");
  const auto first = queue_.lease().value();
  clock_.advance(seconds{29});
  EXPECT_EQ(next(), "");
  clock_.advance(seconds{1});

  const auto second = queue_.lease().value();

  ASSERT_TRUE(second);
  EXPECT_EQ(second->job, first->job);
  EXPECT_GT(second->token, first->token);
  EXPECT_EQ(second->attempt, 1u);  // Nobody said that the try failed.
}

TEST_P(JobQueueContract, StaleLeaseIsRefusedEverywhere) {
  add("job");
  auto stale = *queue_.lease().value();
  clock_.advance(seconds{30});
  const auto current = *queue_.lease().value();

  EXPECT_EQ(queue_.renew(stale).error().code, ErrorCode::conflict);
  EXPECT_EQ(confirm(stale).error().code, ErrorCode::conflict);
  EXPECT_EQ(complete(stale).error().code, ErrorCode::conflict);
  EXPECT_EQ(fail(stale), std::nullopt);

  EXPECT_TRUE(confirm(current));
  EXPECT_TRUE(complete(current));
}

TEST_P(JobQueueContract, RenewedLeaseIsKept) {
  add("job");
  auto lease = *queue_.lease().value();
  clock_.advance(seconds{20});

  queue_.renew(lease).value();

  EXPECT_EQ(lease.expires_at, clock_.now() + seconds{30});
  clock_.advance(seconds{20});
  EXPECT_EQ(next(), "");
  EXPECT_TRUE(confirm(lease));
}

TEST_P(JobQueueContract, LateRenewalCountsWhileNobodyTookOver) {
  add("job");
  auto lease = *queue_.lease().value();
  clock_.advance(seconds{60});

  EXPECT_TRUE(queue_.renew(lease));

  EXPECT_EQ(next(), "");
}

TEST_P(JobQueueContract, CompletedJobIsGone) {
  const auto id = add("job");
  const auto lease = *queue_.lease().value();

  complete(lease).value();

  EXPECT_EQ(queue_.find(id).value(), std::nullopt);
  EXPECT_EQ(queue_.depth().value(), 0u);
  EXPECT_EQ(complete(lease).error().code, ErrorCode::conflict);
  clock_.advance(seconds{60});
  EXPECT_EQ(next(), "");
}

TEST_P(JobQueueContract, LeaseOfAFormerLifeIsRefused) {
  JobRequest request{.payload = "job"};
  enqueue(request);
  const auto former = *queue_.lease().value();
  complete(former).value();
  enqueue(request);
  const auto current = *queue_.lease().value();

  EXPECT_EQ(complete(former).error().code, ErrorCode::conflict);

  EXPECT_TRUE(confirm(current));
}

TEST_P(JobQueueContract, FailedTryWaitsForItsBackOff) {
  const auto id = add("job");
  EXPECT_EQ(fail(*queue_.lease().value(), "first reason"), false);
  EXPECT_EQ(queue_.find(id).value()->state, JobState::waiting);
  clock_.advance(milliseconds{999});
  EXPECT_EQ(next(), "");
  clock_.advance(milliseconds{1});

  const auto second = *queue_.lease().value();
  EXPECT_EQ(second.attempt, 2u);
  EXPECT_EQ(fail(second), false);

  clock_.advance(milliseconds{1999});
  EXPECT_EQ(next(), "");
  clock_.advance(milliseconds{1});
  EXPECT_EQ(queue_.lease().value()->attempt, 3u);
}

TEST_P(JobQueueContract, LastFailedTryEndsTheJob) {
  const auto id = add("job");
  EXPECT_EQ(fail(*queue_.lease().value()), false);
  clock_.advance(seconds{1});
  EXPECT_EQ(fail(*queue_.lease().value()), false);
  clock_.advance(seconds{2});

  EXPECT_EQ(fail(*queue_.lease().value(), "last reason"), true);

  const auto view = *queue_.find(id).value();
  EXPECT_EQ(view.state, JobState::failed);
  EXPECT_EQ(view.attempts, 3u);
  EXPECT_EQ(view.last_error, "last reason");
  EXPECT_EQ(queue_.depth().value(), 0u);
  clock_.advance(std::chrono::hours{24});
  EXPECT_EQ(next(), "");
}

TEST_P(JobQueueContract, FailedJobCanBeQueuedAfresh) {
  JobRequest request{.payload = "job"};
  enqueue(request);
  for (int i = 0; i < 3; ++i) {
    fail(*queue_.lease().value());
    clock_.advance(seconds{10});
  }
  EXPECT_EQ(next(), "");
  enqueue(request);

  const auto lease = queue_.lease().value();

  ASSERT_TRUE(lease);
  EXPECT_EQ(lease->attempt, 1u);
}

TEST_P(JobQueueContract, AnyBytesMayBeTheError) {
  const auto id = add("job");

  fail(*queue_.lease().value(), std::string(5000, '\xff'));

  EXPECT_FALSE(queue_.find(id).value()->last_error.empty());
}

TEST_P(JobQueueContract, CancelledJobIsGoneInEveryState) {
  const auto waiting = add("waiting");
  cancel(waiting);
  const auto leased = add("leased");
  auto lease = *queue_.lease().value();
  cancel(leased);
  const auto delayed = add("delayed");
  fail(*queue_.lease().value());
  cancel(delayed);
  cancel(JobId::make_random());

  EXPECT_EQ(queue_.renew(lease).error().code, ErrorCode::conflict);
  for (const auto id : {waiting, leased, delayed}) EXPECT_EQ(queue_.find(id).value(), std::nullopt);
  EXPECT_EQ(queue_.depth().value(), 0u);
  clock_.advance(seconds{60});
  EXPECT_EQ(next(), "");
}

TEST_P(JobQueueContract, ReleaseAllVoidsTheLeasesOfAFormerInstance) {
  for (int i = 0; i < 70; ++i) add("job " + std::to_string(i));
  std::vector<Lease> former;
  for (int i = 0; i < 65; ++i) former.push_back(*queue_.lease().value());
  fail(former[0]);

  EXPECT_EQ(queue_.release_all().value(), 64u);

  EXPECT_EQ(confirm(former[1]).error().code, ErrorCode::conflict);
  EXPECT_EQ(next(), "job 1");  // It keeps its age.
  EXPECT_EQ(queue_.depth().value(), 70u);
}

TEST_P(JobQueueContract, ReleasedJobKeepsItsTries) {
  add("job");
  fail(*queue_.lease().value());
  clock_.advance(seconds{1});
  EXPECT_EQ(queue_.lease().value()->attempt, 2u);

  EXPECT_EQ(queue_.release_all().value(), 1u);

  EXPECT_EQ(queue_.lease().value()->attempt, 2u);
}

TEST_P(JobQueueContract, ManyWorkersLeaseEachJobOnce) {
  constexpr int kJobs = 24;
  for (int i = 0; i < kJobs; ++i) add(std::to_string(i), i % 3);
  std::mutex mutex;
  std::multiset<std::string> leased;
  {
    std::vector<std::jthread> workers;
    for (int i = 0; i < 4; ++i)
      workers.emplace_back([&] {
        while (const auto lease = queue_.lease().value()) {
          EXPECT_TRUE(complete(*lease));
          const std::lock_guard lock(mutex);
          leased.insert(lease->payload);
        }
      });
  }

  EXPECT_EQ(leased.size(), static_cast<std::size_t>(kJobs));
  for (int i = 0; i < kJobs; ++i) EXPECT_EQ(leased.count(std::to_string(i)), 1u) << i;
}

TEST(JobQueueDurability, JobsOutliveTheirStore) {
  const TemporaryFolder folder;
  const ManualClock clock;
  const JobRequest request{.payload = "kept"};
  {
    const auto store = RocksDbKvStore::open({.path = folder.path()}).value();
    JobQueue queue(*store, clock);
    EXPECT_TRUE(store->transact([&](Transaction& t) { return queue.enqueue(t, request); }));
    queue.lease().value();
  }
  const auto store = RocksDbKvStore::open({.path = folder.path()}).value();
  JobQueue queue(*store, clock);

  EXPECT_EQ(queue.release_all().value(), 1u);

  EXPECT_EQ(queue.lease().value()->payload, "kept");
}

}  // namespace
}  // namespace weike::storage
