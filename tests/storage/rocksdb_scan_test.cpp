#include "storage/kv/rocksdb_kv_store.hpp"
#include "tests/storage/kv_engines.hpp"

#include <gtest/gtest.h>
#include <rocksdb/perf_context.h>

#include <string>

namespace weike::storage {
namespace {

// Tombstones of `count` keys "gone/…", which lie between "gone" and "kept/".
void erase_many(KvStore& store, int count) {
  constexpr int kAtOnce = 10'000;
  for (int begin = 0; begin < count; begin += kAtOnce) {
    store
        .transact([&](Transaction& transaction) -> Result<> {
          for (int i = begin; i < std::min(count, begin + kAtOnce); ++i)
            transaction.erase("gone/" + std::to_string(1'000'000 + i)).value();
          return {};
        })
        .value();
  }
}

struct Scan {
  Result<std::vector<KeyValue>> entries;
  std::uint64_t skipped = 0;
};

Scan scan_all(KvStore& store, ScanDirection direction) {
  Scan scan;
  const auto before = rocksdb::get_perf_context()->internal_delete_skipped_count;
  [[maybe_unused]] const auto done = store.read([&](Transaction& transaction) -> Result<> {
    scan.entries = transaction.scan({"g", "z"}, 10, direction);
    return {};
  });
  scan.skipped = rocksdb::get_perf_context()->internal_delete_skipped_count - before;
  return scan;
}

class RocksDbScan : public testing::TestWithParam<ScanDirection> {
 protected:
  TemporaryFolder folder;
  std::unique_ptr<RocksDbKvStore> store = RocksDbKvStore::open({.path = folder.path()}).value();
};

TEST_P(RocksDbScan, OverManyErasedKeysHasThemTidiedAway) {
  put_all(*store, {{"go", "1"}, {"kept", "1"}});
  erase_many(*store, 5'000);

  auto scan = scan_all(*store, GetParam());
  EXPECT_GE(scan.skipped, 5'000U);
  while (scan.skipped > 0) scan = scan_all(*store, GetParam());

  EXPECT_EQ(scan.entries.value().size(), 2U);
}

TEST_P(RocksDbScan, IsBoundedAndWorksAgainOnceItIsTidy) {
  put_all(*store, {{"go", "1"}, {"kept", "1"}});
  erase_many(*store, 250'000);

  auto scan = scan_all(*store, GetParam());
  EXPECT_EQ(scan.entries.error().code, ErrorCode::unavailable);
  EXPECT_LT(scan.skipped, 250'000U);
  while (!scan.entries) scan = scan_all(*store, GetParam());

  EXPECT_EQ(scan.entries.value().size(), 2U);
}

INSTANTIATE_TEST_SUITE_P(Directions, RocksDbScan,
                         testing::Values(ScanDirection::ascending, ScanDirection::descending));

}  // namespace
}  // namespace weike::storage
