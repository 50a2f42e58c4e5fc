#pragma once

#include "storage/kv/kv_store.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

// What one place to keep committed values offers. OptimisticStore makes transactions of it, so an
// engine knows nothing of conflicts.
namespace weike::storage {

// What one transaction writes: a new value for each key, or nothing where the key is erased.
using Changes = std::map<std::string, std::optional<std::string>, std::less<>>;

// Called for one entry after the other; the views live until it returns. False ends the visit.
using Visitor = std::function<bool(std::string_view key, std::string_view value)>;

// The committed values as they were at one moment. It belongs to one thread.
class Snapshot {
 public:
  virtual ~Snapshot() = default;

  virtual Result<std::optional<std::string>> get(std::string_view key) = 0;
  // Shows the entries of `range` in order, from its begin (or its end), until `visitor` has enough.
  virtual Result<> visit(const KeyRange& range, ScanDirection direction,
                         const Visitor& visitor) = 0;
};

// Threads may share it, but at most one of them writes at a time.
class Engine {
 public:
  virtual ~Engine() = default;

  // Sees every write that returned before this call.
  virtual std::unique_ptr<Snapshot> snapshot() = 0;
  // Applies all of `group` in order, or nothing of it, and is as durable as asked when it returns.
  // A synced write takes all relaxed ones before it along.
  virtual Result<> write(std::span<const Changes* const> group, Durability durability) = 0;
  // Every write that returned before this call is synced. May be called beside a write.
  virtual Result<> sync() = 0;
};

}  // namespace weike::storage
