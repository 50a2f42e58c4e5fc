#pragma once

#include "storage/kv/engine.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace weike::storage {

// Keeps each key's values by the number of the write they came with, as far back as a snapshot
// may still ask for. Threads may share it.
class MemoryEngine final : public Engine {
 public:
  std::unique_ptr<Snapshot> snapshot() override;
  Result<> write(std::span<const Changes* const> group, Durability durability) override;
  Result<> sync() override { return {}; }

 private:
  class View;
  struct Version {
    std::uint64_t number;
    std::optional<std::string> value;
  };
  using Versions = std::vector<Version>;
  struct Outdated {
    std::uint64_t number;  // Nobody needs the versions before this one once all views are as young.
    std::string key;
  };

  static const std::optional<std::string>* value_at(const Versions& versions, std::uint64_t number);
  void apply(const Changes& changes);
  void forget_outdated();
  void prune(const std::string& key, std::uint64_t oldest);

  std::mutex mutex_;
  std::uint64_t number_ = 0;
  std::map<std::string, Versions, std::less<>> entries_;
  std::multiset<std::uint64_t> views_;  // The numbers that living snapshots see.
  std::deque<Outdated> outdated_;
};

}  // namespace weike::storage
