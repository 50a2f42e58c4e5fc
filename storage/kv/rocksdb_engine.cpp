#include "storage/kv/rocksdb_engine.hpp"

#include <rocksdb/iterator.h>
#include <rocksdb/options.h>
#include <rocksdb/perf_context.h>
#include <rocksdb/write_batch.h>

namespace weike::storage {
namespace {

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }
std::string_view view(const rocksdb::Slice& text) { return {text.data(), text.size()}; }

// A scan that walked over more erased entries than this asks for its range to be tidied: about
// 0.2 ms.
constexpr std::uint64_t kUntidy = 1'000;
// A scan that meets more than this at one place (about 40 ms) fails instead. Only an erasure of so
// many at once comes here, and the tidier has been told.
constexpr std::uint64_t kMaxSkipped = 200'000;

// How many erased entries this thread's iterators have walked over so far.
std::uint64_t skipped_by_thread() {
  return rocksdb::get_perf_context()->internal_delete_skipped_count;
}

class RocksDbSnapshot final : public Snapshot {
 public:
  RocksDbSnapshot(rocksdb::DB& database, RangeTidier& tidier)
      : database_(database), tidier_(tidier), snapshot_(database.GetSnapshot()) {}

  ~RocksDbSnapshot() override { database_.ReleaseSnapshot(snapshot_); }

  Result<std::optional<std::string>> get(std::string_view key) override {
    rocksdb::ReadOptions options;
    options.snapshot = snapshot_;
    rocksdb::PinnableSlice value;
    const auto status = database_.Get(options, database_.DefaultColumnFamily(), slice(key), &value);
    if (status.IsNotFound()) return std::optional<std::string>{};
    if (!status.ok()) return to_error(status);
    return std::optional<std::string>{value.ToString()};
  }

  Result<> visit(const KeyRange& range, ScanDirection direction, const Visitor& visitor) override {
    const auto lower = slice(range.begin);
    const auto upper = slice(range.end);
    rocksdb::ReadOptions options;
    options.snapshot = snapshot_;
    // With bounds, an iterator does not walk over the tombstones behind the range.
    options.iterate_lower_bound = &lower;
    options.iterate_upper_bound = &upper;
    options.max_skippable_internal_keys = kMaxSkipped;
    const std::unique_ptr<rocksdb::Iterator> entry(database_.NewIterator(options));
    const auto skipped_before = skipped_by_thread();
    const bool is_ascending = direction == ScanDirection::ascending;
    is_ascending ? entry->SeekToFirst() : entry->SeekToLast();
    while (entry->Valid() && visitor(view(entry->key()), view(entry->value())))
      is_ascending ? entry->Next() : entry->Prev();
    if (skipped_by_thread() - skipped_before > kUntidy) ask_to_tidy(range, direction, *entry);
    if (!entry->status().ok()) return to_error(entry->status());
    return {};
  }

 private:
  // What was walked over lies between where the scan began and where it stands now. One that gave
  // up does not tell where: then it may be anywhere up to the end of the range.
  void ask_to_tidy(const KeyRange& range, ScanDirection direction,
                   const rocksdb::Iterator& entry) const {
    const auto last = entry.Valid() ? view(entry.key()) : std::string_view{};
    if (direction == ScanDirection::ascending) {
      tidier_.ask(range.begin, last.empty() ? range.end : last);
    } else {
      tidier_.ask(last.empty() ? range.begin : last, range.end);
    }
  }

  rocksdb::DB& database_;
  RangeTidier& tidier_;
  const rocksdb::Snapshot* snapshot_;
};

void append(rocksdb::WriteBatch& batch, const Changes& changes) {
  // Neither can fail: the batch has no size limit.
  for (const auto& [key, value] : changes) {
    const auto status = value ? batch.Put(slice(key), slice(*value)) : batch.Delete(slice(key));
    status.PermitUncheckedError();
  }
}

}  // namespace

RocksDbEngine::~RocksDbEngine() {
  tidier_.reset();
  // What was to be durable is in the synced log already; closing only gives back what is held.
  database_->Close().PermitUncheckedError();
}

std::unique_ptr<Snapshot> RocksDbEngine::snapshot() {
  return std::make_unique<RocksDbSnapshot>(*database_, *tidier_);
}

Result<> RocksDbEngine::write(std::span<const Changes* const> group, Durability durability) {
  // After a failed write RocksDB refuses all others until it is told to go on with a new log. When
  // the disk was full it looks every few seconds by itself, and is busy until there is space again.
  if (has_failed_sync_.exchange(false) && !failure_)
    failure_ = Error{ErrorCode::unavailable, "database: a sync failed"};
  if (failure_) {
    const auto resumed = database_->Resume();
    if (resumed.IsBusy()) return *failure_;
    if (!resumed.ok()) return to_error(resumed);
  }
  rocksdb::WriteBatch batch;
  for (const auto* changes : group) append(batch, *changes);
  rocksdb::WriteOptions options;
  options.sync = durability == Durability::synced;
  const auto status = database_->Write(options, &batch);
  failure_.reset();
  if (status.ok()) return {};
  failure_ = to_error(status);
  return *failure_;
}

Result<> RocksDbEngine::sync() {
  const auto status = database_->SyncWAL();
  if (status.ok()) return {};
  has_failed_sync_ = true;  // It stops all writes inside of RocksDB: the next one resumes them.
  return to_error(status);
}

Error to_error(const rocksdb::Status& status) {
  const auto text = "database: " + status.ToString();
  if (status.IsCorruption()) return {ErrorCode::corrupt, text};
  if (status.IsNoSpace()) return {ErrorCode::out_of_space, text};
  return {ErrorCode::unavailable, text};
}

}  // namespace weike::storage
