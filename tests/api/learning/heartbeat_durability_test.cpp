#include "tests/api/learning/heartbeat_fixture.hpp"
#include "tests/storage/power_loss.hpp"

namespace weike::learning {
namespace {

class HeartbeatDurabilityTest : public HeartbeatTest {};

TEST_F(HeartbeatDurabilityTest, AStopWritesAndSyncsWhatWaits) {
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

TEST_F(HeartbeatDurabilityTest, RelaxedOnesAreSyncedSoonAfterThemAndNotWithoutCause) {
  {
    HeartbeatWriter writer(store, clock, relaxed(Milliseconds{1}));
    EXPECT_TRUE(send(writer, viewer, lesson)->wait(kLong));
    store.wait_for_sync(1);

    EXPECT_TRUE(send(writer, viewer, lesson)->wait(kLong));
    store.wait_for_sync(2);
  }

  EXPECT_EQ(store.relaxed, 2);
  EXPECT_EQ(store.syncs, 2) << "nor has a stop anything to sync";
}

TEST_F(HeartbeatDurabilityTest, ASyncThatFailedIsTriedAgain) {
  store.fails_to_sync = true;
  HeartbeatWriter writer(store, clock, relaxed(Milliseconds{1}));
  writer.observe(observer);

  EXPECT_TRUE(send(writer, viewer, lesson)->wait(kLong));
  store.wait_for_sync(2);

  EXPECT_EQ(observer.failures, 1);
}

TEST_F(HeartbeatDurabilityTest, DurableOnesThatWereAnsweredOutliveALossOfPower) {
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
TEST_F(HeartbeatDurabilityTest, RelaxedOnesThatWereNotSyncedYetAreLostWithThePower) {
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

}  // namespace
}  // namespace weike::learning
