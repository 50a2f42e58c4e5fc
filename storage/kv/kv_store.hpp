#pragma once

#include "model/error.hpp"

#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weike::storage {

struct KeyValue {
  std::string key;
  std::string value;
};

enum class ScanDirection { ascending, descending };

// The half-open range [begin, end) of keys in byte order.
struct KeyRange {
  std::string begin;
  std::string end;

  // All keys that start with `prefix`.
  static KeyRange of_prefix(std::string prefix);
};

// What a body of a transaction may do. It belongs to one thread and lives as long as the body runs.
// It sees its own writes. Every read is remembered, also of what is absent, and of whole scanned
// ranges as far as the scan went: the commit fails with a conflict if another commit changed any of
// it.
class Transaction {
 public:
  virtual ~Transaction() = default;

  virtual Result<std::optional<std::string>> get(std::string_view key) = 0;
  virtual Result<> put(std::string_view key, std::string_view value) = 0;
  virtual Result<> erase(std::string_view key) = 0;
  // At most `limit` entries of `range`, in `direction` from its begin (or its end).
  virtual Result<std::vector<KeyValue>> scan(
      const KeyRange& range, std::size_t limit,
      ScanDirection direction = ScanDirection::ascending) = 0;
};

using TransactionBody = std::function<Result<>(Transaction&)>;

// What a commit has outlived when its call returns.
enum class Durability {
  synced,   // A loss of power.
  relaxed,  // The end of this process, but a loss of power only from the next sync on.
};

// An ordered map from binary keys to values, with serializable transactions. Threads may share it.
// A value is at most 1 MiB, a key at most 1 KiB. Bodies are short, touch few keys and do no I/O.
class KvStore {
 public:
  virtual ~KvStore() = default;

  // Runs `body` in one serializable transaction and commits if it returns success; the commit is
  // synced before this returns. On conflict the body runs again from the start, so it must have no
  // effect but those on the transaction and on variables that it sets anew each time.
  // Fails with the body's own error, or with `unavailable` when the store cannot be reached, cannot
  // write, or conflicts persist.
  virtual Result<> transact(const TransactionBody& body) = 0;

  // As `transact`, but the commit is only `relaxed` when this returns: `sync`, or any later synced
  // commit, makes it durable too. A store that knows no such thing syncs it at once.
  virtual Result<> transact_relaxed(const TransactionBody& body) { return transact(body); }

  // Every commit that returned before this call has outlived a loss of power when it returns.
  virtual Result<> sync() { return {}; }

  // Runs `body` on one consistent snapshot; writes in it fail with `invalid_argument`.
  virtual Result<> read(const TransactionBody& body) = 0;
};

}  // namespace weike::storage
