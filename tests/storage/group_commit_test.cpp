#include "storage/kv/group_commit.hpp"

#include "storage/kv/commit_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace weike::storage {
namespace {

using testing::ElementsAre;
using testing::Pair;

Changes put_of(const std::string& key) { return {{key, "1"}}; }

Footprint read_of(const std::string& key) {
  Footprint reads;
  reads.add_key(key);
  return reads;
}

// Remembers how many transactions each write carried and whether it was synced. While it is held,
// its first write waits.
class SlowEngine final : public Engine {
 public:
  using Write = std::pair<std::size_t, Durability>;

  std::unique_ptr<Snapshot> snapshot() override { return nullptr; }

  Result<> write(std::span<const Changes* const> group, Durability durability) override {
    writes.emplace_back(group.size(), durability);
    if (is_held) {
      has_begun = true;
      has_begun.notify_all();
      is_held.wait(true);
    }
    if (fails) return Error{ErrorCode::out_of_space, "no room"};
    return {};
  }
  Result<> sync() override { return {}; }

  void let_go() {
    is_held = false;
    is_held.notify_all();
  }

  std::vector<Write> writes;  // One thread at a time writes.
  std::atomic<bool> is_held = false;
  std::atomic<bool> has_begun = false;
  std::atomic<bool> fails = false;
};

// 'S' while a thread of this process sleeps, 'R' while it runs (proc(5)).
char state_of(pid_t thread) {
  std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/stat");
  std::string text;
  std::getline(file, text);
  const std::size_t name_end = text.rfind(')');
  return name_end == std::string::npos ? '?' : text.at(name_end + 2);
}

// Commits that are certain to form one group: the first is held in the engine, and each of the
// others begins when the one before it waits.
class Crowd {
 public:
  explicit Crowd(GroupCommit& commits, SlowEngine& engine, Durability first)
      : commits_(commits), engine_(engine) {
    engine_.is_held = true;
    threads_.emplace_back([this, first] { commit("first", first); });
    engine_.has_begun.wait(false);
  }

  void add(const std::string& key, Durability durability) {
    std::atomic<pid_t> thread = 0;
    threads_.emplace_back([this, key, durability, &thread] {
      thread = ::gettid();
      commit(key, durability);
    });
    while (thread == 0) std::this_thread::yield();
    // It meets nobody on its way into the queue, so it sleeps nowhere before.
    while (state_of(thread) != 'S') std::this_thread::yield();
  }

  ~Crowd() { engine_.let_go(); }

 private:
  void commit(const std::string& key, Durability durability) {
    EXPECT_TRUE(commits_.commit({}, put_of(key), 0, durability));
  }

  GroupCommit& commits_;
  SlowEngine& engine_;
  std::vector<std::jthread> threads_;  // Joined last of all.
};

TEST(GroupCommit, TransactionsThatArriveDuringASyncShareTheNextOne) {
  SlowEngine engine;
  GroupCommit commits(engine);
  {
    Crowd crowd(commits, engine, Durability::synced);
    for (int i = 0; i < 23; ++i) crowd.add(std::to_string(i), Durability::synced);
  }

  EXPECT_THAT(engine.writes,
              ElementsAre(Pair(1, Durability::synced), Pair(23, Durability::synced)));
  EXPECT_EQ(commits.latest(), 24U);
}

// Which of them leads is chance; that the only one does which wants the sync, each time, is none.
TEST(GroupCommit, AMemberThatWantsASyncSyncsTheGroupWhoeverLeadsIt) {
  constexpr int kMembers = 8;
  for (int wanting = 0; wanting < kMembers; ++wanting) {
    SlowEngine engine;
    GroupCommit commits(engine);
    {
      Crowd crowd(commits, engine, Durability::relaxed);
      for (int i = 0; i < kMembers; ++i) {
        crowd.add(std::to_string(i), i == wanting ? Durability::synced : Durability::relaxed);
      }
    }

    EXPECT_THAT(engine.writes,
                ElementsAre(Pair(1, Durability::relaxed), Pair(kMembers, Durability::synced)));
  }
}

TEST(GroupCommit, AGroupThatNobodyWantsSyncedIsNot) {
  SlowEngine engine;
  GroupCommit commits(engine);
  {
    Crowd crowd(commits, engine, Durability::synced);
    for (int i = 0; i < 3; ++i) crowd.add(std::to_string(i), Durability::relaxed);
  }

  EXPECT_THAT(engine.writes,
              ElementsAre(Pair(1, Durability::synced), Pair(3, Durability::relaxed)));
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
  EXPECT_THAT(engine.writes, ElementsAre(Pair(1, Durability::synced), Pair(1, Durability::synced)));
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
