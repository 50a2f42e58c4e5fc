#include "storage/kv/kv_store.hpp"

namespace weike::storage {

KeyRange KeyRange::of_prefix(std::string prefix) {
  KeyRange range{prefix, std::move(prefix)};
  // The successor of a prefix: its last byte that can grow grows, what follows falls away. Prefixes
  // are words, so one that is all 0xff does not occur; it would give an empty range.
  while (!range.end.empty() && static_cast<unsigned char>(range.end.back()) == 0xff)
    range.end.pop_back();
  if (!range.end.empty()) range.end.back() = static_cast<char>(range.end.back() + 1);
  return range;
}

}  // namespace weike::storage
