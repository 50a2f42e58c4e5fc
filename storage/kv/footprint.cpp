#include "storage/kv/footprint.hpp"

#include <algorithm>

namespace weike::storage {

void Footprint::add_key(std::string_view key) { keys_.emplace(key); }

void Footprint::add_range(KeyRange range) { ranges_.push_back(std::move(range)); }

bool Footprint::touches(std::string_view key) const {
  if (keys_.contains(key)) return true;
  return std::any_of(ranges_.begin(), ranges_.end(), [key](const KeyRange& range) {
    return range.begin <= key && key < range.end;
  });
}

}  // namespace weike::storage
