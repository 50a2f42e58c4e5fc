#include "storage/kv/group_commit.hpp"

#include "storage/kv/commit_log.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

namespace weike::storage {
namespace {

Changes put_of(const std::string& key) { return {{key, "1"}}; }

Footprint read_of(const std::string& key) {
  Footprint reads;
  reads.add_key(key);
  return reads;
}

// Remembers how many transactions each write carried. Its first write waits until `expected`
// transactions have been brought, so that the others gather behind it.
class SlowEngine final : public Engine {
 public:
  std::unique_ptr<Snapshot> snapshot() override { return nullptr; }

  Result<> write(std::span<const Changes* const> group, Durability durability) override {
    if (writes++ == 0) brought.wait(false);
    transactions += group.size();
    if (durability == Durability::synced) ++synced_writes;
    if (fails) return Error{ErrorCode::out_of_space, "no room"};
    return {};
  }
  Result<> sync() override { return {}; }

  std::atomic<bool> brought = true;
  std::atomic<int> writes = 0;
  std::atomic<int> synced_writes = 0;
  std::atomic<std::size_t> transactions = 0;
  std::atomic<bool> fails = false;
};

TEST(GroupCommit, TransactionsThatArriveDuringASyncShareTheNextOne) {
  constexpr int kThreads = 24;
  SlowEngine engine;
  engine.brought = false;
  GroupCommit commits(engine);
  std::atomic<int> arrived = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i)
      threads.emplace_back([&, i] {
        ++arrived;
        EXPECT_TRUE(commits.commit({}, put_of(std::to_string(i)), 0));
      });
    while (arrived < kThreads) std::this_thread::yield();
    engine.brought = true;
    engine.brought.notify_all();
  }

  EXPECT_EQ(engine.transactions, static_cast<std::size_t>(kThreads));
  EXPECT_LT(engine.writes, kThreads / 2);
  EXPECT_EQ(commits.latest(), static_cast<std::uint64_t>(kThreads));
}

TEST(GroupCommit, AGroupIsSyncedIfOneOfItsMembersWantsIt) {
  SlowEngine engine;
  GroupCommit commits(engine);

  EXPECT_TRUE(commits.commit({}, put_of("a"), 0, Durability::relaxed));
  EXPECT_EQ(engine.synced_writes, 0);
  EXPECT_TRUE(commits.commit({}, put_of("b"), 0));
  EXPECT_EQ(engine.synced_writes, 1);

  engine.writes = 0;
  engine.brought = false;
  std::atomic<int> arrived = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&, i] {
        ++arrived;
        const auto durability = i == 3 ? Durability::synced : Durability::relaxed;
        EXPECT_TRUE(commits.commit({}, put_of(std::to_string(i)), 0, durability));
      });
    while (arrived < 8) std::this_thread::yield();
    engine.brought = true;
    engine.brought.notify_all();
  }
  EXPECT_EQ(engine.synced_writes, 2);
}

TEST(GroupCommit, OfTwoThatReadTheSameOnlyOneCommits) {
  SlowEngine engine;
  GroupCommit commits(engine);

  const auto first = commits.commit(read_of("a"), put_of("a"), 0);
  const auto second = commits.commit(read_of("a"), put_of("a"), 0);
  const auto third = commits.commit(read_of("a"), put_of("a"), commits.latest());

  EXPECT_EQ(first.value(), GroupCommit::Outcome::committed);
  EXPECT_EQ(second.value(), GroupCommit::Outcome::conflicted);
  EXPECT_EQ(third.value(), GroupCommit::Outcome::committed);
  EXPECT_EQ(engine.transactions, 2u);
}

TEST(GroupCommit, FailedWriteFailsItsTransactionAndNoLaterOne) {
  SlowEngine engine;
  GroupCommit commits(engine);
  engine.fails = true;
  const auto failed = commits.commit({}, put_of("a"), 0);
  engine.fails = false;

  const auto later = commits.commit(read_of("a"), put_of("a"), commits.latest());

  EXPECT_EQ(failed.error().code, ErrorCode::out_of_space);
  EXPECT_EQ(later.value(), GroupCommit::Outcome::committed);
}

TEST(CommitLog, KnowsWhatChangedSinceANumber) {
  CommitLog log;
  log.add(1, put_of("a"));
  log.add(2, put_of("b"));
  Footprint range;
  range.add_range({"a", "b"});

  EXPECT_TRUE(log.conflicts(read_of("a"), 0));
  EXPECT_FALSE(log.conflicts(read_of("a"), 1));
  EXPECT_TRUE(log.conflicts(read_of("b"), 1));
  EXPECT_FALSE(log.conflicts(read_of("b"), 2));
  EXPECT_TRUE(log.conflicts(range, 0));
  EXPECT_FALSE(log.conflicts(range, 1));
}

TEST(CommitLog, OlderThanWhatItRemembersIsAConflict) {
  CommitLog log(2);
  for (std::uint64_t number = 1; number <= 4; ++number)
    log.add(number, put_of(std::to_string(number)));

  EXPECT_TRUE(log.conflicts(read_of("unrelated"), 1));
  EXPECT_FALSE(log.conflicts(read_of("unrelated"), 2));
  EXPECT_TRUE(log.conflicts(read_of("3"), 2));
}

}  // namespace
}  // namespace weike::storage
