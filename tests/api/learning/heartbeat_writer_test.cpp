#include "api/learning/heartbeat_writer.hpp"

#include "model/json.hpp"
#include "storage/kv/memory_kv_store.hpp"
#include "storage/records/keys.hpp"
#include "tests/storage/kv_engines.hpp"
#include "tests/storage/power_loss.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace weike::learning {
namespace {

using storage::Durability;

// Another store whose commits can be held back or made to fail, and are counted.
class WatchedStore final : public storage::KvStore {
 public:
  explicit WatchedStore(storage::KvStore& store) : store_(store) {}

  Result<> transact(const storage::TransactionBody& body) override {
    return pass([&] { return store_.transact(body); });
  }
  Result<> transact_relaxed(const storage::TransactionBody& body) override {
    ++relaxed;
    return pass([&] { return store_.transact_relaxed(body); });
  }
  Result<> read(const storage::TransactionBody& body) override { return store_.read(body); }
  Result<> sync() override {
    ++syncs;
    syncs.notify_all();
    if (fails_to_sync.exchange(false)) return Error{ErrorCode::unavailable, "no disk"};
    return store_.sync();
  }

  void hold() { is_held = true; }
  void release() {
    is_held = false;
    is_held.notify_all();
  }
  // Until a commit is under way: whatever comes now waits behind it.
  void wait_for_commit(int count) const {
    for (int now = commits; now < count; now = commits) commits.wait(now);
  }
  void wait_for_sync(int count) const {
    for (int now = syncs; now < count; now = syncs) syncs.wait(now);
  }

  std::atomic<bool> is_held = false;
  std::atomic<bool> fails = false;
  std::atomic<bool> fails_to_sync = false;
  std::atomic<int> commits = 0;
  std::atomic<int> relaxed = 0;
  std::atomic<int> syncs = 0;

 private:
  template <class Call>
  Result<> pass(Call call) {
    ++commits;
    commits.notify_all();
    is_held.wait(true);
    if (fails) return Error{ErrorCode::out_of_space, "no room"};
    return call();
  }

  storage::KvStore& store_;
};

class CountingObserver final : public HeartbeatObserver {
 public:
  void on_batch(std::size_t requests, std::chrono::nanoseconds took) override {
    batches.push_back(requests);
    EXPECT_GE(took.count(), 0);
  }
  void on_failure(const Error&) override { ++failures; }
  void on_refused() override { ++refusals; }

  std::vector<std::size_t> batches;
  int failures = 0;
  int refusals = 0;
};

class HeartbeatWriterTest : public testing::Test {
 protected:
  // A live lesson of one minute.
  static LessonId make_lesson(storage::KvStore& target) {
    Asset video;
    video.id = AssetId::make_random();
    video.duration_ms = 60'000;
    Lesson made;
    made.id = LessonId::make_random();
    made.live.emplace().content.asset = video.id;
    target
        .transact([&](storage::Transaction& transaction) -> Result<> {
          storage::save(transaction, storage::keys::asset(video.id), video).value();
          return storage::save(transaction, storage::keys::lesson(made.id), made);
        })
        .value();
    return made.id;
  }
  static Viewer make_viewer() { return {AccountId::make_random(), {{Role::member, kRootUnit}}}; }

  std::vector<Heartbeat> beat(LessonId which, std::uint32_t begin, std::uint32_t end) const {
    return {{"x", which, {{begin, end}}, clock.now()}};
  }
  std::shared_ptr<HeartbeatTicket> send(HeartbeatWriter& writer, const Viewer& who, LessonId which,
                                        std::uint32_t begin = 0, std::uint32_t end = 1000) const {
    return writer.submit(who, beat(which, begin, end)).value();
  }
  static std::uint64_t watched_ms(storage::KvStore& target, const Viewer& who, LessonId which) {
    std::uint64_t watched = 0;
    target
        .read([&](storage::Transaction& transaction) -> Result<> {
          const auto record = load_watch(transaction, *who.account, which).value();
          watched = record ? record->watched_ms() : 0;
          return {};
        })
        .value();
    return watched;
  }
  static HeartbeatOptions relaxed(Milliseconds interval) {
    HeartbeatOptions options;
    options.durability = Durability::relaxed;
    options.sync_interval = interval;
    return options;
  }

  static constexpr Milliseconds kLong = std::chrono::hours{1};

  storage::MemoryKvStore memory;
  WatchedStore store{memory};
  ManualClock clock;
  Viewer viewer = make_viewer();
  LessonId lesson = make_lesson(memory);
  CountingObserver observer;
};

TEST_F(HeartbeatWriterTest, RequestsThatArriveDuringACommitShareTheNextOne) {
  constexpr std::size_t kRequests = 40;
  std::vector<Viewer> viewers;
  std::vector<std::shared_ptr<HeartbeatTicket>> tickets;
  {
    HeartbeatWriter writer(store, clock);
    writer.observe(observer);
    store.hold();
    tickets.push_back(send(writer, viewer, lesson));
    store.wait_for_commit(1);
    for (std::size_t i = 0; i < kRequests; ++i) {
      viewers.push_back(make_viewer());
      tickets.push_back(send(writer, viewers.back(), lesson));
    }
    EXPECT_EQ(writer.waiting(), kRequests);

    store.release();
    for (const auto& ticket : tickets) EXPECT_TRUE(ticket->wait(kLong));
  }

  EXPECT_EQ(store.commits, 2);
  EXPECT_EQ(store.syncs, 0) << "its commits are synced ones";
  EXPECT_EQ(observer.batches, (std::vector<std::size_t>{1, kRequests}));
  for (const auto& one : viewers) EXPECT_EQ(watched_ms(memory, one, lesson), 1000U);
}

TEST_F(HeartbeatWriterTest, TheOutcomeIsKnownAfterTheCommitAndNotBefore) {
  HeartbeatWriter writer(store, clock);
  store.hold();
  const auto ticket = send(writer, viewer, lesson);
  std::atomic<bool> is_settled = false;
  ticket->on_settled([&] {
    EXPECT_EQ(watched_ms(memory, viewer, lesson), 1000U);
    is_settled = true;
    is_settled.notify_all();
  });
  store.wait_for_commit(1);
  EXPECT_FALSE(is_settled);
  EXPECT_EQ(ticket->wait(Milliseconds{0}).error().code, ErrorCode::unavailable);

  store.release();
  is_settled.wait(false);

  EXPECT_EQ(ticket->wait(Milliseconds{0}).value().at(0).code, "");
  bool is_told_at_once = false;
  ticket->on_settled([&] { is_told_at_once = true; });
  EXPECT_TRUE(is_told_at_once);
}

TEST_F(HeartbeatWriterTest, RequestsAreWrittenInTheOrderTheyCame) {
  std::vector<int> order;
  {
    HeartbeatOptions options;
    options.max_batch = 3;
    HeartbeatWriter writer(store, clock, options);
    store.hold();
    for (int i = 0; i < 20; ++i)
      send(writer, viewer, lesson)->on_settled([&order, i] { order.push_back(i); });
    store.release();
  }

  EXPECT_EQ(order.size(), 20U);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST_F(HeartbeatWriterTest, AMembersRequestsInOneCommitAddUp) {
  const auto other = make_lesson(memory);
  std::vector<std::shared_ptr<HeartbeatTicket>> tickets;
  HeartbeatWriter writer(store, clock);
  store.hold();
  tickets.push_back(send(writer, viewer, other));
  store.wait_for_commit(1);
  for (std::uint32_t i = 0; i < 30; ++i)
    tickets.push_back(send(writer, viewer, lesson, i * 1000, i * 1000 + 500));

  store.release();
  for (const auto& ticket : tickets) EXPECT_TRUE(ticket->wait(kLong));

  EXPECT_EQ(watched_ms(memory, viewer, lesson), 15'000U);
}

TEST_F(HeartbeatWriterTest, WhatOthersCommitMeanwhileIsSeen) {
  HeartbeatWriter writer(store, clock);
  ASSERT_TRUE(send(writer, viewer, lesson, 0, 1000)->wait(kLong));
  // The record changes behind the writer's back, and the lesson gets another, shorter video.
  Asset video;
  video.id = AssetId::make_random();
  video.duration_ms = 500;
  memory
      .transact([&](storage::Transaction& transaction) -> Result<> {
        auto changed = storage::load<Lesson>(transaction, storage::keys::lesson(lesson)).value();
        changed->live->content.asset = video.id;
        storage::save(transaction, storage::keys::lesson(lesson), *changed).value();
        return storage::save(transaction, storage::keys::asset(video.id), video);
      })
      .value();

  ASSERT_TRUE(send(writer, viewer, lesson, 0, 1000)->wait(kLong));

  EXPECT_EQ(watched_ms(memory, viewer, lesson), 500U);
  storage::erase_one(memory, storage::keys::watch(*viewer.account, lesson));
  ASSERT_TRUE(send(writer, viewer, lesson, 0, 200)->wait(kLong));
  EXPECT_EQ(watched_ms(memory, viewer, lesson), 200U);
}

TEST_F(HeartbeatWriterTest, AFailedCommitFailsItsSendersAndNoLaterOne) {
  HeartbeatWriter writer(store, clock);
  writer.observe(observer);
  store.hold();
  store.fails = true;
  const auto first = send(writer, viewer, lesson);
  store.wait_for_commit(1);
  const auto second = send(writer, viewer, lesson, 1000, 2000);
  store.release();
  EXPECT_EQ(first->wait(kLong).error().code, ErrorCode::out_of_space);
  EXPECT_EQ(second->wait(kLong).error().code, ErrorCode::out_of_space);
  store.fails = false;

  EXPECT_TRUE(send(writer, viewer, lesson, 2000, 3000)->wait(kLong));

  EXPECT_EQ(watched_ms(memory, viewer, lesson), 1000U);
  EXPECT_EQ(observer.failures, 2);
}

TEST_F(HeartbeatWriterTest, ADamagedRecordFailsItsOwnRequestAlone) {
  const auto unlucky = make_viewer();
  storage::put_one(memory, storage::keys::watch(*unlucky.account, lesson), "nonsense");
  const auto other = make_viewer();
  HeartbeatWriter writer(store, clock);
  store.hold();
  const auto blocker = send(writer, viewer, lesson);
  store.wait_for_commit(1);
  const auto before = send(writer, viewer, lesson, 1000, 2000);
  const auto damaged = send(writer, unlucky, lesson);
  const auto behind = send(writer, other, lesson);

  store.release();

  EXPECT_EQ(damaged->wait(kLong).error().code, ErrorCode::corrupt);
  EXPECT_TRUE(before->wait(kLong));
  EXPECT_TRUE(behind->wait(kLong));
  EXPECT_EQ(watched_ms(memory, viewer, lesson), 2000U);
  EXPECT_EQ(watched_ms(memory, other, lesson), 1000U);
  EXPECT_TRUE(blocker->wait(kLong));
}

TEST_F(HeartbeatWriterTest, TurnsRequestsAwayWhileTooManyWait) {
  HeartbeatOptions options;
  options.max_waiting = 2;
  options.max_waiting_stretches = 100;
  HeartbeatWriter writer(store, clock, options);
  writer.observe(observer);
  store.hold();
  const auto first = send(writer, viewer, lesson);
  store.wait_for_commit(1);
  const auto second = send(writer, viewer, lesson);

  auto large = beat(lesson, 0, 1);
  large[0].ranges.resize(200, {0, 1});
  const auto too_large = writer.submit(viewer, large);
  const auto third = send(writer, viewer, lesson);
  const auto too_many = writer.submit(viewer, beat(lesson, 0, 1));

  EXPECT_EQ(too_large.error().code, ErrorCode::unavailable);
  EXPECT_EQ(too_many.error().code, ErrorCode::unavailable);
  EXPECT_EQ(observer.refusals, 2);
  store.release();
  EXPECT_TRUE(third->wait(kLong));
  EXPECT_TRUE(writer.submit(viewer, large).value()->wait(kLong)) << "alone it is taken";
}

TEST_F(HeartbeatWriterTest, AStopWritesAndSyncsWhatWaits) {
  std::vector<std::shared_ptr<HeartbeatTicket>> tickets;
  {
    HeartbeatWriter writer(store, clock, relaxed(kLong));
    store.hold();
    for (std::uint32_t i = 0; i < 10; ++i)
      tickets.push_back(send(writer, viewer, lesson, i * 1000, i * 1000 + 100));
    store.wait_for_commit(1);
    store.release();
  }

  for (const auto& ticket : tickets) EXPECT_TRUE(ticket->wait(Milliseconds{0}));
  EXPECT_EQ(watched_ms(memory, viewer, lesson), 1000U);
  EXPECT_EQ(store.syncs, 1);
}

TEST_F(HeartbeatWriterTest, RelaxedOnesAreSyncedSoonAfterThemAndNotWithoutCause) {
  HeartbeatWriter writer(store, clock, relaxed(Milliseconds{1}));
  EXPECT_TRUE(send(writer, viewer, lesson)->wait(kLong));
  store.wait_for_sync(1);

  EXPECT_TRUE(send(writer, viewer, lesson)->wait(kLong));
  store.wait_for_sync(2);

  EXPECT_EQ(store.relaxed, 2);
  EXPECT_EQ(store.syncs, 2);
}

TEST_F(HeartbeatWriterTest, ASyncThatFailedIsTriedAgain) {
  store.fails_to_sync = true;
  HeartbeatWriter writer(store, clock, relaxed(Milliseconds{1}));
  writer.observe(observer);

  EXPECT_TRUE(send(writer, viewer, lesson)->wait(kLong));
  store.wait_for_sync(2);

  EXPECT_EQ(observer.failures, 1);
}

TEST_F(HeartbeatWriterTest, DurableOnesThatWereAnsweredOutliveALossOfPower) {
  storage::PowerLoss machine;
  const auto there = make_lesson(machine.store());
  {
    HeartbeatWriter writer(machine.store(), clock);
    EXPECT_TRUE(send(writer, viewer, there)->wait(kLong));
  }

  machine.cut();

  EXPECT_EQ(watched_ms(machine.store(), viewer, there), 1000U);
}

// The documented loss window: at most what came after the last sync.
TEST_F(HeartbeatWriterTest, RelaxedOnesThatWereNotSyncedYetAreLostWithThePower) {
  storage::PowerLoss machine;
  const auto there = make_lesson(machine.store());
  WatchedStore watched(machine.store());
  {
    HeartbeatWriter writer(watched, clock, relaxed(Milliseconds{1}));
    EXPECT_TRUE(send(writer, viewer, there, 0, 1000)->wait(kLong));
    watched.wait_for_sync(1);
  }
  {
    HeartbeatWriter writer(watched, clock, relaxed(kLong));
    EXPECT_TRUE(send(writer, viewer, there, 5000, 6000)->wait(kLong));
    EXPECT_EQ(watched_ms(machine.store(), viewer, there), 2000U) << "seen at once";
    machine.cut_under_way();
  }

  machine.cut();

  EXPECT_EQ(watched_ms(machine.store(), viewer, there), 1000U);
}

TEST_F(HeartbeatWriterTest, ManyThreadsLoseNothing) {
  HeartbeatWriter writer(store, clock);
  std::vector<std::jthread> devices;
  for (std::uint32_t device = 0; device < 8; ++device) {
    devices.emplace_back([&, device] {
      for (std::uint32_t i = 0; i < 50; ++i) {
        const auto begin = (device * 50 + i) * 100;
        EXPECT_TRUE(send(writer, viewer, lesson, begin, begin + 100)->wait(kLong));
      }
    });
  }
  devices.clear();

  EXPECT_EQ(watched_ms(memory, viewer, lesson), 40'000U);
}

}  // namespace
}  // namespace weike::learning
