#include "tests/api/learning/heartbeat_fixture.hpp"
#include "tests/storage/kv_engines.hpp"

#include <algorithm>
#include <thread>

namespace weike::learning {
namespace {

class HeartbeatWriterTest : public HeartbeatTest {};

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

TEST_F(HeartbeatWriterTest, OneCommitHoldsNoMoreStretchesThanItMay) {
  {
    HeartbeatOptions options;
    options.max_batch_stretches = 4;  // One item with one stretch counts two.
    HeartbeatWriter writer(store, clock, options);
    writer.observe(observer);
    store.hold();
    send(writer, viewer, lesson);
    store.wait_for_commit(1);
    for (int i = 0; i < 5; ++i) send(writer, viewer, lesson);
    store.release();
  }

  EXPECT_EQ(observer.batches, (std::vector<std::size_t>{1, 2, 2, 1}));
}

TEST_F(HeartbeatWriterTest, NothingIsTakenAfterAStop) {
  HeartbeatWriter writer(store, clock);
  const auto ticket = send(writer, viewer, lesson);

  writer.stop();

  EXPECT_TRUE(ticket->wait(Milliseconds{0}));
  const auto late = writer.submit(viewer, {});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::unavailable);
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
