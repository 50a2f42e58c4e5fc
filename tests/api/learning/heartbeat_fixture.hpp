#pragma once

#include "api/learning/heartbeat_writer.hpp"
#include "model/json.hpp"
#include "storage/kv/memory_kv_store.hpp"
#include "storage/records/keys.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <vector>

namespace weike::learning {

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

// A live lesson in memory, a member who watches it, and a store that can be held.
class HeartbeatTest : public testing::Test {
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
    options.durability = storage::Durability::relaxed;
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

}  // namespace weike::learning
