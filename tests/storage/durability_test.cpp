#include "tests/storage/kv_engines.hpp"
#include "tests/storage/power_loss.hpp"

#include <gtest/gtest.h>

namespace weike::storage {
namespace {

void put_relaxed(KvStore& store, const std::string& key) {
  store.transact_relaxed([&](Transaction& transaction) { return transaction.put(key, "1"); })
      .value();
}

TEST(Durability, SyncedCommitsOutliveALossOfPower) {
  PowerLoss machine;
  put_one(machine.store(), "a", "1");

  machine.cut();

  EXPECT_EQ(get_one(machine.store(), "a"), "1");
}

TEST(Durability, RelaxedCommitsAreSeenAtOnceAndLostWithThePower) {
  PowerLoss machine;
  put_one(machine.store(), "a", "1");
  put_relaxed(machine.store(), "b");
  EXPECT_EQ(get_one(machine.store(), "b"), "1");

  machine.cut();

  EXPECT_EQ(get_one(machine.store(), "a"), "1");
  EXPECT_EQ(get_one(machine.store(), "b"), std::nullopt);
}

TEST(Durability, ASyncKeepsAllRelaxedCommitsBeforeIt) {
  PowerLoss machine;
  put_relaxed(machine.store(), "a");
  put_relaxed(machine.store(), "b");
  ASSERT_TRUE(machine.store().sync());
  put_relaxed(machine.store(), "c");

  machine.cut();

  EXPECT_EQ(get_one(machine.store(), "a"), "1");
  EXPECT_EQ(get_one(machine.store(), "b"), "1");
  EXPECT_EQ(get_one(machine.store(), "c"), std::nullopt);
}

TEST(Durability, ASyncedCommitTakesRelaxedOnesBeforeItAlong) {
  PowerLoss machine;
  put_relaxed(machine.store(), "a");
  put_one(machine.store(), "b", "1");

  machine.cut();

  EXPECT_EQ(get_one(machine.store(), "a"), "1");
  EXPECT_EQ(get_one(machine.store(), "b"), "1");
}

TEST(Durability, TheStoreGoesOnAfterALossOfPower) {
  PowerLoss machine;
  for (const std::string key : {"a", "b", "c"}) {
    put_relaxed(machine.store(), key);
    machine.cut();
    put_one(machine.store(), "after " + key, "1");
  }

  machine.cut();

  EXPECT_EQ(get_one(machine.store(), "a"), std::nullopt);
  EXPECT_EQ(get_one(machine.store(), "after a"), "1");
  EXPECT_EQ(get_one(machine.store(), "after c"), "1");
}

}  // namespace
}  // namespace weike::storage
