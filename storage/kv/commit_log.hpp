#pragma once

#include "storage/kv/engine.hpp"
#include "storage/kv/footprint.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace weike::storage {

// Which keys the latest commits changed, in memory and bounded. Validating against it is exact for
// every transaction that began within it; an older one counts as conflicting. One thread at a time.
class CommitLog {
 public:
  static constexpr std::size_t kMaxKeys = 16'384;

  explicit CommitLog(std::size_t max_keys = kMaxKeys) : max_keys_(max_keys) {}

  // Whether a commit later than number `begin` changed what `reads` names.
  bool conflicts(const Footprint& reads, std::uint64_t begin) const;
  // Remembers a commit under its number, which is greater than all before.
  void add(std::uint64_t number, const Changes& changes);

 private:
  struct Commit {
    std::uint64_t number;
    std::vector<std::string> keys;
  };

  std::size_t max_keys_;
  std::deque<Commit> commits_;
  std::size_t key_count_ = 0;
  std::uint64_t forgotten_ = 0;  // The greatest number that fell out.
};

}  // namespace weike::storage
