#pragma once

#include <cstdint>
#include <map>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weike::feed {

// Which lessons a viewer's feed holds. A word of keys: never rename one.
enum class FeedScope {
  everyone,  // "public": what a visitor sees.
  members,   // "members": what is signed in sees; holds the public lessons too.
};
std::string_view name_of(FeedScope scope);

// One list of the feed. An empty channel means all of them.
struct FeedList {
  FeedScope scope = FeedScope::everyone;
  std::string channel;
  auto operator<=>(const FeedList&) const = default;
};

// A list with the version that a commit gave it.
using ListVersion = std::pair<FeedList, std::uint64_t>;

// The versions of all lists as far as this process knows them; the store has them too. The write
// path tells a new one after its commit, a page carries the version it was rendered from, and a
// page with another version than this is old. Threads may share it.
class FeedVersions {
 public:
  // Versions only grow: of two commits the later one counts, whoever tells first.
  void raise(const std::vector<ListVersion>& versions);
  // 0 if nothing was told yet.
  std::uint64_t of(const FeedList& list) const;

 private:
  mutable std::shared_mutex mutex_;  // Guards what follows.
  std::map<FeedList, std::uint64_t> versions_;
};

}  // namespace weike::feed
