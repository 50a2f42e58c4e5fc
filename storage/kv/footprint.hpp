#pragma once

#include "storage/kv/kv_store.hpp"

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace weike::storage {

// All that one transaction has read, whether it was there or not. It belongs to one thread.
class Footprint {
 public:
  void add_key(std::string_view key);
  void add_range(KeyRange range);
  // Whether a change of `key` could have changed what was read.
  bool touches(std::string_view key) const;

 private:
  std::set<std::string, std::less<>> keys_;
  std::vector<KeyRange> ranges_;
};

}  // namespace weike::storage
