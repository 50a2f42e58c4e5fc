#pragma once

#include <cstddef>
#include <functional>
#include <iterator>
#include <limits>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>

namespace weike {

// Texts are found by views of them.
struct TextHash : std::hash<std::string_view> {
  using is_transparent = void;
};

// A map that keeps at most `capacity` entries, and no more than `weight_limit` together, and
// forgets the one that was used longest ago. Values are cheap to copy (shared pointers). Threads
// may share it; no call blocks for long, and `get` takes no memory.
template <class Key, class Value,
          class Hash =
              std::conditional_t<std::is_same_v<Key, std::string>, TextHash, std::hash<Key>>>
class BoundedMap {
 public:
  explicit BoundedMap(std::size_t capacity,
                      std::size_t weight_limit = std::numeric_limits<std::size_t>::max())
      : capacity_(capacity), weight_limit_(weight_limit) {}

  // `Name`: the key, or what is found like it.
  template <class Name>
  std::optional<Value> get(const Name& key) {
    const std::lock_guard lock(mutex_);
    const auto found = places_.find(key);
    if (found == places_.end()) return std::nullopt;
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->value;
  }

  // Not kept at all if it is heavier than the limit.
  void put(const Key& key, Value value, std::size_t weight = 1) {
    const std::lock_guard lock(mutex_);
    if (const auto found = places_.find(key); found != places_.end()) erase(found->second);
    if (weight > weight_limit_) return;
    entries_.push_front({key, std::move(value), weight});
    places_.emplace(key, entries_.begin());
    weight_ += weight;
    while (entries_.size() > capacity_ || weight_ > weight_limit_) erase(std::prev(entries_.end()));
  }

  template <class Predicate>
  void erase_if(Predicate predicate) {
    const std::lock_guard lock(mutex_);
    for (auto entry = entries_.begin(); entry != entries_.end();) {
      const auto next = std::next(entry);
      if (predicate(entry->key, entry->value)) erase(entry);
      entry = next;
    }
  }

  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
  }
  // Of all entries together.
  std::size_t weight() const {
    const std::lock_guard lock(mutex_);
    return weight_;
  }

 private:
  struct Entry {
    Key key;
    Value value;
    std::size_t weight;
  };
  using Entries = std::list<Entry>;

  void erase(typename Entries::iterator entry) {
    weight_ -= entry->weight;
    places_.erase(entry->key);
    entries_.erase(entry);
  }

  const std::size_t capacity_;
  const std::size_t weight_limit_;
  mutable std::mutex mutex_;  // Guards what follows.
  Entries entries_;           // The one used last comes first.
  std::size_t weight_ = 0;
  std::unordered_map<Key, typename Entries::iterator, Hash, std::equal_to<>> places_;
};

}  // namespace weike
