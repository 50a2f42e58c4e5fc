#pragma once

#include "storage/kv/memory_kv_store.hpp"
#include "storage/kv/rocksdb_kv_store.hpp"
#include "tests/storage/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

// Every engine of the KvStore, for suites that hold all of them to one contract.
namespace weike::storage {

// A store and what it lies on.
struct KvFixture {
  std::unique_ptr<TemporaryFolder> folder;
  std::unique_ptr<KvStore> store;
};

inline KvFixture make_kv_fixture(const std::string& engine) {
  if (engine == "Memory") return {nullptr, std::make_unique<MemoryKvStore>()};
  auto folder = std::make_unique<TemporaryFolder>();
  auto store = RocksDbKvStore::open({.path = folder->path() / "db"}).value();
  return {std::move(folder), std::move(store)};
}

inline const auto kKvEngines = testing::Values("Memory", "RocksDb");

inline std::string engine_name(const testing::TestParamInfo<const char*>& info) {
  return info.param;
}

// What the tests read and write with, in one line each.

inline std::optional<std::string> get_one(KvStore& store, std::string_view key) {
  std::optional<std::string> value;
  store
      .read([&](Transaction& transaction) -> Result<> {
        value = transaction.get(key).value();
        return {};
      })
      .value();
  return value;
}

inline void put_all(KvStore& store, const std::vector<KeyValue>& entries) {
  store
      .transact([&](Transaction& transaction) -> Result<> {
        for (const auto& [key, value] : entries) transaction.put(key, value).value();
        return {};
      })
      .value();
}

inline void put_one(KvStore& store, std::string_view key, std::string_view value) {
  put_all(store, {{std::string(key), std::string(value)}});
}

inline void erase_one(KvStore& store, std::string_view key) {
  store.transact([&](Transaction& transaction) { return transaction.erase(key); }).value();
}

// The keys of a scan, joined by blanks.
inline std::string scan_keys(Transaction& transaction, const KeyRange& range, std::size_t limit,
                             ScanDirection direction = ScanDirection::ascending) {
  std::string keys;
  for (const auto& entry : transaction.scan(range, limit, direction).value())
    keys += (keys.empty() ? "" : " ") + entry.key;
  return keys;
}

}  // namespace weike::storage
