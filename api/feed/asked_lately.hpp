#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <functional>
#include <string_view>

namespace weike::feed {

// Tells what is asked for again and again from what is asked for once. It looks back over some
// hundred names and may err about any of them, so it is good for deciding what is worth keeping,
// and for nothing else. Threads may share it; takes no lock and no memory.
class AskedLately {
 public:
  // Whether `name` was noted lately; notes it.
  bool note(std::string_view name) {
    const auto hash = std::hash<std::string_view>{}(name);
    return seen_[hash % seen_.size()].exchange(hash, std::memory_order_relaxed) == hash;
  }

 private:
  std::array<std::atomic<std::size_t>, 512> seen_{};
};

}  // namespace weike::feed
