#include "storage/kv/merged_scan.hpp"

#include <iterator>

namespace weike::storage {
namespace {

// Merges the ordered entries of a snapshot with the own changes [next, last) of the same order.
template <class ChangeIterator, class Before>
Result<std::vector<KeyValue>> merge(Snapshot& snapshot, ChangeIterator next, ChangeIterator last,
                                    Before before, const KeyRange& range, std::size_t limit,
                                    ScanDirection direction) {
  std::vector<KeyValue> entries;
  const auto take_own = [&] {
    if (next->second) entries.push_back({next->first, *next->second});
    ++next;
  };
  const auto visitor = [&](std::string_view key, std::string_view value) {
    while (next != last && before(next->first, key) && entries.size() < limit) take_own();
    if (entries.size() == limit) return false;
    if (next != last && next->first == key) {
      take_own();
    } else {
      entries.push_back({std::string(key), std::string(value)});
    }
    return entries.size() < limit;
  };
  if (const auto visited = snapshot.visit(range, direction, visitor); !visited)
    return visited.error();
  while (next != last && entries.size() < limit) take_own();
  return entries;
}

}  // namespace

Result<std::vector<KeyValue>> merged_scan(Snapshot& snapshot, const Changes& changes,
                                          const KeyRange& range, std::size_t limit,
                                          ScanDirection direction) {
  const auto first = changes.lower_bound(range.begin);
  const auto last = changes.lower_bound(range.end);
  if (direction == ScanDirection::ascending)
    return merge(snapshot, first, last, std::less<std::string_view>{}, range, limit, direction);
  return merge(snapshot, std::make_reverse_iterator(last), std::make_reverse_iterator(first),
               std::greater<std::string_view>{}, range, limit, direction);
}

}  // namespace weike::storage
