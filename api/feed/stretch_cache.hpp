#pragma once

#include "api/feed/card_stretch.hpp"

#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>

namespace weike::feed {

// The stretches of cards that were asked for lately, of all lists; those that were used longest ago
// fall out. Threads may share it; no call blocks for long.
class StretchCache {
 public:
  explicit StretchCache(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  // The stretch of list number `list` that begins nearest in front of the place `after`, or at it;
  // null if there is none, or if it is of another moment: then it is forgotten.
  StretchPtr find(std::size_t list, std::string_view after, const CardMoment& moment);
  // In the place of one with the same begin. Not kept if it is larger than all may be.
  void put(std::size_t list, StretchPtr stretch);

  std::size_t size_bytes() const;

 private:
  struct Entry {
    std::size_t list;
    std::size_t bytes;
    StretchPtr stretch;
  };
  using Entries = std::list<Entry>;
  // List and begin; the view is into the stretch.
  using Name = std::tuple<std::size_t, std::string_view>;

  static Name name_of(const Entry& entry) { return {entry.list, entry.stretch->begin()}; }
  void erase(Entries::iterator entry);

  const std::size_t most_bytes_;
  mutable std::mutex mutex_;  // Guards what follows.
  Entries entries_;           // The one used last comes first.
  std::map<Name, Entries::iterator> names_;
  std::size_t bytes_ = 0;
};

}  // namespace weike::feed
