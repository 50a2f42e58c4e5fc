#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
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
  using Version = std::atomic<std::uint64_t>;

  // Versions only grow: of two commits the later one counts, whoever tells first.
  void raise(const std::vector<ListVersion>& versions);
  // The version of `list` from now on, as long as this object lives; 0 until one is told.
  const Version& follow(const FeedList& list);

 private:
  std::mutex mutex_;  // Guards the map, not the versions; none is ever erased.
  std::map<FeedList, Version> versions_;
};

}  // namespace weike::feed
