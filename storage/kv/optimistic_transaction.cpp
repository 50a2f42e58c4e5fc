#include "storage/kv/optimistic_transaction.hpp"

#include "storage/kv/merged_scan.hpp"

namespace weike::storage {
namespace {

constexpr std::size_t kMaxKeyBytes = 1024;
constexpr std::size_t kMaxValueBytes = 1'048'576;

Result<> check_key(std::string_view key) {
  if (key.empty()) return Error{ErrorCode::invalid_argument, "the key is empty"};
  if (key.size() > kMaxKeyBytes) return Error{ErrorCode::too_large, "the key is above 1 KiB"};
  return {};
}

// The part of `range` that a full page of `entries` depends on: a change behind its last entry
// cannot alter the page.
KeyRange part_seen(const KeyRange& range, const std::vector<KeyValue>& entries,
                   ScanDirection direction) {
  const auto& last = entries.back().key;
  if (direction == ScanDirection::descending) return {last, range.end};
  return {range.begin, last + '\0'};
}

}  // namespace

Result<std::optional<std::string>> OptimisticTransaction::get(std::string_view key) {
  if (const auto checked = check_key(key); !checked) return checked.error();
  if (const auto own = changes_.find(key); own != changes_.end()) return own->second;
  if (access_ == Access::read_write) reads_.add_key(key);
  return snapshot_->get(key);
}

Result<> OptimisticTransaction::check_write(std::string_view key) const {
  if (access_ == Access::read_only)
    return Error{ErrorCode::invalid_argument, "this transaction only reads"};
  return check_key(key);
}

Result<> OptimisticTransaction::put(std::string_view key, std::string_view value) {
  if (const auto checked = check_write(key); !checked) return checked;
  if (value.size() > kMaxValueBytes) return Error{ErrorCode::too_large, "the value is above 1 MiB"};
  changes_.insert_or_assign(std::string(key), std::string(value));
  return {};
}

Result<> OptimisticTransaction::erase(std::string_view key) {
  if (const auto checked = check_write(key); !checked) return checked;
  changes_.insert_or_assign(std::string(key), std::nullopt);
  return {};
}

Result<std::vector<KeyValue>> OptimisticTransaction::scan(const KeyRange& range, std::size_t limit,
                                                          ScanDirection direction) {
  if (limit == 0 || range.begin >= range.end) return std::vector<KeyValue>{};
  auto entries = merged_scan(*snapshot_, changes_, range, limit, direction);
  if (entries && access_ == Access::read_write) {
    const bool is_full = entries->size() == limit;
    reads_.add_range(is_full ? part_seen(range, *entries, direction) : range);
  }
  return entries;
}

}  // namespace weike::storage
