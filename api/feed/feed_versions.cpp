#include "api/feed/feed_versions.hpp"

#include <algorithm>

namespace weike::feed {

std::string_view name_of(FeedScope scope) {
  return scope == FeedScope::everyone ? "public" : "members";
}

void FeedVersions::raise(const std::vector<ListVersion>& versions) {
  const std::lock_guard lock(mutex_);
  for (const auto& [list, version] : versions) {
    auto& known = versions_[list];
    known = std::max(known.load(), version);
  }
}

const FeedVersions::Version& FeedVersions::follow(const FeedList& list) {
  const std::lock_guard lock(mutex_);
  return versions_[list];
}

}  // namespace weike::feed
