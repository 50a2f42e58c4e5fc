#include "storage/kv/rocksdb_kv_store.hpp"

#include "storage/kv/database_lock.hpp"
#include "storage/kv/optimistic_store.hpp"
#include "storage/kv/rocksdb_engine.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>

#include <system_error>

namespace weike::storage {
namespace {

rocksdb::BlockBasedTableOptions table_options(const RocksDbOptions& options) {
  rocksdb::BlockBasedTableOptions table;
  // RocksDB would cut a cache of 32 MiB into shards of 512 KiB, and what is larger than its shard
  // is read from the file again for every page.
  constexpr int kShardBits = 2;
  table.block_cache = rocksdb::NewLRUCache(options.block_cache_bytes, kShardBits);
  // In pieces: the index of a table of 64 MB takes 1 MB as one block.
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  // Counts indexes and filters against the cache, so that memory stays bounded as the data grows.
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  // As good as a Bloom filter of 10 bits for each key, in 7 bits.
  table.filter_policy.reset(rocksdb::NewRibbonFilterPolicy(10));
  table.format_version = 5;
  return table;
}

rocksdb::Options database_options(const RocksDbOptions& options) {
  rocksdb::Options database;
  database.create_if_missing = true;
  database.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table_options(options)));
  database.write_buffer_size = options.write_buffer_bytes;
  database.max_write_buffer_number = 2;
  database.max_total_wal_size = 8 * options.write_buffer_bytes;
  database.level_compaction_dynamic_level_bytes = true;
  database.compression = rocksdb::kLZ4Compression;
  database.max_background_jobs = 2;
  database.max_open_files = 512;
  // RocksDB's own log is for its developers; what matters reaches the caller as an Error.
  database.info_log_level = rocksdb::WARN_LEVEL;
  database.max_log_file_size = 1'048'576;
  database.keep_log_file_num = 2;
  database.stats_dump_period_sec = 0;
  database.stats_persist_period_sec = 0;
  return database;
}

bool is_lock_failure(const rocksdb::Status& status) {
  // RocksDB 7.8 has no code of its own for it (env/fs_posix.cc, LockFile).
  const auto text = status.ToString();
  return status.IsIOError() && (text.find("lock hold by current process") != std::string::npos ||
                                text.find("While lock file") != std::string::npos);
}

Error open_error(const rocksdb::Status& status, const std::filesystem::path& path) {
  if (!is_lock_failure(status)) return to_error(status);
  return {ErrorCode::locked,
          "the database " + path.string() + " is in use by " + describe_lock_holder(path / "LOCK")};
}

}  // namespace

Result<std::unique_ptr<RocksDbKvStore>> RocksDbKvStore::open(const RocksDbOptions& options) {
  std::error_code failure;
  std::filesystem::create_directories(options.path, failure);
  if (failure)
    return Error{
        failure == std::errc::no_space_on_device ? ErrorCode::out_of_space : ErrorCode::unavailable,
        "cannot make " + options.path.string() + ": " + failure.message()};

  rocksdb::DB* opened = nullptr;
  const auto status = rocksdb::DB::Open(database_options(options), options.path.string(), &opened);
  std::unique_ptr<rocksdb::DB> database(opened);
  if (!status.ok()) return open_error(status, options.path);
  auto engine = std::make_unique<RocksDbEngine>(std::move(database));
  auto store = std::make_unique<OptimisticStore>(std::move(engine));
  return std::unique_ptr<RocksDbKvStore>(new RocksDbKvStore(std::move(store)));
}

RocksDbKvStore::RocksDbKvStore(std::unique_ptr<KvStore> store) : store_(std::move(store)) {}

RocksDbKvStore::~RocksDbKvStore() = default;

Result<> RocksDbKvStore::transact(const TransactionBody& body) { return store_->transact(body); }

Result<> RocksDbKvStore::transact_relaxed(const TransactionBody& body) {
  return store_->transact_relaxed(body);
}

Result<> RocksDbKvStore::sync() { return store_->sync(); }

Result<> RocksDbKvStore::read(const TransactionBody& body) { return store_->read(body); }

}  // namespace weike::storage
