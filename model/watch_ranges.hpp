#pragma once

#include <cstdint>
#include <vector>

namespace weike {

// A watched stretch of a lesson, [begin, end) in milliseconds of media time.
struct WatchRange {
  std::uint32_t begin_ms = 0;
  std::uint32_t end_ms = 0;
  bool operator==(const WatchRange&) const = default;
};

// The set of distinct media time one member has watched: sorted, disjoint, not touching. Adding is
// idempotent and commutative, so batches may arrive twice, late and out of order.
class WatchRanges {
 public:
  WatchRanges() = default;
  explicit WatchRanges(const std::vector<WatchRange>& ranges);

  // An empty or reversed range adds nothing.
  void add(WatchRange range);
  std::uint64_t total_ms() const;
  const std::vector<WatchRange>& ranges() const { return ranges_; }
  bool operator==(const WatchRanges&) const = default;

 private:
  std::vector<WatchRange> ranges_;
};

}  // namespace weike
