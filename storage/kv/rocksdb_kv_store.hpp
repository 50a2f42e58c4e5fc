#pragma once

#include "storage/kv/kv_store.hpp"

#include <cstddef>
#include <filesystem>
#include <memory>

namespace weike::storage {

struct RocksDbOptions {
  std::filesystem::path path;  // A folder; made if it is absent, its parents too.
  // Memory for blocks, indexes and filters that were read. It is taken only as reads need it.
  std::size_t block_cache_bytes = 64ull * 1024 * 1024;
  // Memory for commits that are not in a table file yet; two of these can exist for a moment.
  std::size_t write_buffer_bytes = 8ull * 1024 * 1024;
};

// The embedded store in a folder on disk, which one process has for itself. Threads may share it.
class RocksDbKvStore final : public KvStore {
 public:
  // `locked` when another process has it open, naming that process; `corrupt`, `out_of_space` or
  // `unavailable` when the disk is at fault.
  static Result<std::unique_ptr<RocksDbKvStore>> open(const RocksDbOptions& options);
  ~RocksDbKvStore() override;

  Result<> transact(const TransactionBody& body) override;
  Result<> transact_relaxed(const TransactionBody& body) override;
  Result<> sync() override;
  Result<> read(const TransactionBody& body) override;

 private:
  explicit RocksDbKvStore(std::unique_ptr<KvStore> store);

  std::unique_ptr<KvStore> store_;
};

}  // namespace weike::storage
