#include "model/watch_ranges.hpp"

#include <algorithm>

namespace weike {

WatchRanges::WatchRanges(const std::vector<WatchRange>& ranges) {
  for (const auto& range : ranges) add(range);
}

void WatchRanges::add(WatchRange range) {
  if (range.end_ms <= range.begin_ms) return;
  // The first stretch that reaches the new one, and the first that begins behind it.
  const auto first = std::lower_bound(
      ranges_.begin(), ranges_.end(), range.begin_ms,
      [](const WatchRange& known, std::uint32_t begin) { return known.end_ms < begin; });
  auto last = first;
  for (; last != ranges_.end() && last->begin_ms <= range.end_ms; ++last) {
    range.begin_ms = std::min(range.begin_ms, last->begin_ms);
    range.end_ms = std::max(range.end_ms, last->end_ms);
  }
  ranges_.insert(ranges_.erase(first, last), range);
}

std::uint64_t WatchRanges::total_ms() const {
  std::uint64_t total = 0;
  for (const auto& range : ranges_) total += range.end_ms - range.begin_ms;
  return total;
}

}  // namespace weike
