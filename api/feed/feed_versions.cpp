#include "api/feed/feed_versions.hpp"

#include <algorithm>
#include <mutex>

namespace weike::feed {

std::string_view name_of(FeedScope scope) {
  return scope == FeedScope::everyone ? "public" : "members";
}

void FeedVersions::raise(const std::vector<ListVersion>& versions) {
  const std::unique_lock lock(mutex_);
  for (const auto& [list, version] : versions) {
    auto& known = versions_[list];
    known = std::max(known.load(), version);
  }
}

std::uint64_t FeedVersions::of(const FeedList& list) const {
  const std::shared_lock lock(mutex_);
  const auto found = versions_.find(list);
  return found == versions_.end() ? 0 : found->second.load();
}

const FeedVersions::Version& FeedVersions::place_of(const FeedList& list) {
  const std::unique_lock lock(mutex_);
  return versions_[list];
}

}  // namespace weike::feed
