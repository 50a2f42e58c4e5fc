#pragma once

#include "model/bounded_map.hpp"
#include "storage/kv/kv_store.hpp"
#include "storage/records/record.hpp"

#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

namespace weike::learning {

// Reads records, and remembers what the bytes of the latest ones mean: to parse a record costs ten
// times as much as to read it. The bytes are read in every transaction, so what is remembered is
// never old. It belongs to one thread.
template <class Record>
class KnownRecords {
 public:
  explicit KnownRecords(std::size_t capacity) : known_(capacity) {}

  // Null if there is none; `corrupt` if the value is no such record.
  Result<std::shared_ptr<const Record>> load(storage::Transaction& transaction,
                                             const std::string& key) {
    auto value = transaction.get(key);
    if (!value) return value.error();
    if (!*value) return std::shared_ptr<const Record>{};
    if (const auto known = known_.get(key); known && (*known)->bytes == **value)
      return std::shared_ptr<const Record>(*known, &(*known)->record);
    auto record = storage::decode<Record>(**value);
    if (!record) return record.error();
    return remember(key, std::move(**value), std::move(*record));
  }

  // The same, but reads each record once between two calls of `start`; for records that the
  // transaction does not change. Call `start` at the begin of each transaction.
  Result<std::shared_ptr<const Record>> load_once(storage::Transaction& transaction,
                                                  const std::string& key) {
    const auto seen = seen_.find(key);
    if (seen != seen_.end()) return seen->second;
    auto record = load(transaction, key);
    if (record) seen_.emplace(key, *record);
    return record;
  }
  void start() { seen_.clear(); }

  // That `bytes`, which the caller has written, mean `record`.
  std::shared_ptr<const Record> remember(const std::string& key, std::string bytes, Record record) {
    const bool is_small = bytes.size() <= kMaxBytes;
    auto entry = std::make_shared<const Entry>(Entry{std::move(bytes), std::move(record)});
    if (is_small) known_.put(key, entry);
    const auto* known = &entry->record;
    return std::shared_ptr<const Record>(std::move(entry), known);
  }

 private:
  static constexpr std::size_t kMaxBytes = 4'096;  // Larger ones are rare, and not kept.

  struct Entry {
    std::string bytes;
    Record record;
  };
  BoundedMap<std::string, std::shared_ptr<const Entry>> known_;
  std::unordered_map<std::string, std::shared_ptr<const Record>> seen_;
};

}  // namespace weike::learning
