#pragma once

#include "model/id.hpp"

#include <mutex>
#include <set>

namespace weike::assets {

// Which assets are held, and how often. Threads may share it.
class AssetHolds {
 public:
  void add(AssetId id) {
    const std::scoped_lock lock(mutex_);
    held_.insert(id);
  }
  void remove(AssetId id) {
    const std::scoped_lock lock(mutex_);
    if (const auto found = held_.find(id); found != held_.end()) held_.erase(found);
  }
  bool contains(AssetId id) const {
    const std::scoped_lock lock(mutex_);
    return held_.contains(id);
  }

 private:
  mutable std::mutex mutex_;
  std::multiset<AssetId> held_;
};

}  // namespace weike::assets
