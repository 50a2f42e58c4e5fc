#include "server/app/readiness.hpp"

#include "storage/blob/memory_blob_store.hpp"
#include "storage/kv/memory_kv_store.hpp"

#include <gtest/gtest.h>

namespace weike::server {
namespace {

using namespace std::chrono_literals;

// Counts what is written and fails when told to.
class WatchedStore final : public storage::KvStore {
 public:
  Result<> transact(const storage::TransactionBody& body) override {
    ++writes;
    if (is_broken) return Error{ErrorCode::internal, "the disk is gone"};
    return store_.transact(body);
  }
  Result<> read(const storage::TransactionBody& body) override { return store_.read(body); }

  int writes = 0;
  bool is_broken = false;

 private:
  storage::MemoryKvStore store_;
};

class ReadinessTest : public testing::Test {
 protected:
  WatchedStore store_;
  storage::MemoryBlobStore blobs_;
  ManualClock clock_;
  Readiness readiness_{store_, blobs_, clock_, 0};
};

TEST_F(ReadinessTest, HoweverManyAskTheStoreIsWrittenOnceASecond) {
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(readiness_.check());
  EXPECT_EQ(store_.writes, 1);

  clock_.advance(1s);

  EXPECT_TRUE(readiness_.check());
  EXPECT_EQ(store_.writes, 2);
}

TEST_F(ReadinessTest, StoreThatFailsIsSeenWithinASecondAndSoIsItsReturn) {
  ASSERT_TRUE(readiness_.check());
  store_.is_broken = true;
  clock_.advance(1s);

  EXPECT_EQ(readiness_.check().error().reason, "store_not_writable");

  store_.is_broken = false;
  EXPECT_FALSE(readiness_.check());
  clock_.advance(1s);
  EXPECT_TRUE(readiness_.check());
}

TEST_F(ReadinessTest, LittleFreeDiskIsNotReadyAndWritesNothing) {
  Readiness full(store_, blobs_, clock_, ~std::uint64_t{0});

  EXPECT_EQ(full.check().error().reason, "disk_low");
  EXPECT_EQ(store_.writes, 0);
}

TEST_F(ReadinessTest, ClockThatWasSetBackDoesNotFreezeTheAnswer) {
  ASSERT_TRUE(readiness_.check());

  clock_.advance(-1h);

  EXPECT_TRUE(readiness_.check());
  EXPECT_EQ(store_.writes, 2);
}

}  // namespace
}  // namespace weike::server
