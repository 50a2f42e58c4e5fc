#pragma once

#include "storage/kv/engine.hpp"
#include "storage/kv/range_tidier.hpp"

#include <rocksdb/db.h>

#include <atomic>
#include <memory>

namespace weike::storage {

// Committed values in a RocksDB. Private to rocksdb_kv_store.cpp. Threads may share it.
class RocksDbEngine final : public Engine {
 public:
  explicit RocksDbEngine(std::unique_ptr<rocksdb::DB> database)
      : database_(std::move(database)), tidier_(std::make_unique<RangeTidier>(*database_)) {}
  ~RocksDbEngine() override;

  std::unique_ptr<Snapshot> snapshot() override;
  Result<> write(std::span<const Changes* const> group, Durability durability) override;
  Result<> sync() override;

 private:
  std::unique_ptr<rocksdb::DB> database_;
  std::unique_ptr<RangeTidier> tidier_;
  std::optional<Error> failure_;  // Of the last write; only the writing thread's.
  std::atomic<bool> has_failed_sync_{false};
};

// The Error that says what `status`, which is not ok, means for the caller.
Error to_error(const rocksdb::Status& status);

}  // namespace weike::storage
