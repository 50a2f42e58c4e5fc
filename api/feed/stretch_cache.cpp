#include "api/feed/stretch_cache.hpp"

#include <iterator>
#include <utility>

namespace weike::feed {

StretchPtr StretchCache::find(std::size_t list, std::string_view after, const CardMoment& moment) {
  StretchPtr old;  // Given back outside of the lock.
  const std::lock_guard lock(mutex_);
  auto found = names_.upper_bound({list, after});
  if (found == names_.begin()) return nullptr;
  const auto entry = std::prev(found)->second;
  if (entry->list != list) return nullptr;
  if (entry->stretch->moment() != moment) {
    old = entry->stretch;
    erase(entry);
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, entry);
  return entry->stretch;
}

void StretchCache::put(std::size_t list, StretchPtr stretch) {
  const auto bytes = stretch->size_bytes();
  if (bytes > most_bytes_) return;
  const std::lock_guard lock(mutex_);
  if (const auto known = names_.find({list, stretch->begin()}); known != names_.end())
    erase(known->second);
  entries_.push_front({list, bytes, std::move(stretch)});
  names_.emplace(name_of(entries_.front()), entries_.begin());
  bytes_ += bytes;
  while (bytes_ > most_bytes_) erase(std::prev(entries_.end()));
}

std::size_t StretchCache::size_bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

void StretchCache::erase(Entries::iterator entry) {
  bytes_ -= entry->bytes;
  names_.erase(name_of(*entry));
  entries_.erase(entry);
}

}  // namespace weike::feed
