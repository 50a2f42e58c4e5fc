#pragma once

#include "api/feed/feed_versions.hpp"
#include "api/http/content.hpp"
#include "api/lessons/channels.hpp"
#include "api/playback/media_links.hpp"
#include "model/bounded_map.hpp"
#include "model/time.hpp"
#include "storage/kv/kv_store.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weike::feed {

struct FeedOptions {
  // Rendered pages kept in memory; one of 20 cards takes 10 to 30 KiB.
  std::size_t cached_pages = 4096;
  // Of all of them, with what their packed forms may take.
  std::size_t cached_bytes = std::size_t{64} * 1024 * 1024;
};

// Views into the request.
struct PageRequest {
  FeedScope scope = FeedScope::everyone;
  std::string_view channel = {};
  std::string_view cursor = {};  // A former page's; empty for the first page.
  std::size_t limit = 20;
  http::Language language = http::Language::zh;

  FeedList list() const { return {scope, std::string(channel)}; }
};

// The finished answer: {"items": […], "next_cursor": …}.
struct FeedPage {
  http::ContentPtr content;
  std::uint64_t version = 0;                      // Of the list it was rendered from.
  const FeedVersions::Version* newest = nullptr;  // Of the list as it is.

  bool is_current() const { return newest->load() == version; }
};

// Pages of the feed, newest first: one bounded scan of the covering index and a splice of the
// stored cards. A cursor names a place in that order, and a lesson never changes its place, so
// turning pages neither repeats nor misses a lesson while others are published. Rendered pages are
// kept until their list changes or the signatures in them grow old. Threads may share it.
class FeedService {
 public:
  // `cursor_key`: the installation's secret, see http::load_or_make_key(store, "cursor-key").
  FeedService(storage::KvStore& store, FeedVersions& versions, const playback::MediaLinks& links,
              const Clock& clock, std::string cursor_key, std::vector<lessons::Channel> channels,
              FeedOptions options = {});

  // Never blocks and takes no memory: nothing unless the page is there and as new as its list.
  std::optional<FeedPage> page_from_memory(const PageRequest& request);
  // `not_found`, reason unknown_channel; `invalid_argument`, reason invalid_cursor.
  Result<FeedPage> page(const PageRequest& request);

  const std::vector<lessons::Channel>& channels() const { return channels_; }

 private:
  class CacheKey;
  Result<FeedPage> render(const PageRequest& request, const std::string& after) const;
  void append_card(std::string& page, std::string_view stored, const PageRequest& request) const;

  storage::KvStore& store_;
  FeedVersions& versions_;
  const playback::MediaLinks& links_;
  const Clock& clock_;
  const std::string cursor_key_;
  const std::vector<lessons::Channel> channels_;
  BoundedMap<std::string, FeedPage> pages_;
};

}  // namespace weike::feed
