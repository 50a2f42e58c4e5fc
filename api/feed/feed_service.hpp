#pragma once

#include "api/feed/asked_lately.hpp"
#include "api/feed/feed_page.hpp"
#include "api/feed/feed_versions.hpp"
#include "api/feed/stretch_cache.hpp"
#include "api/lessons/channels.hpp"
#include "api/playback/media_links.hpp"
#include "model/bounded_map.hpp"
#include "model/time.hpp"
#include "storage/kv/kv_store.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weike::feed {

struct FeedOptions {
  // Pages that are asked for again and again; one of 20 cards takes 10 to 30 KiB.
  std::size_t cached_pages = 4096;
  // Of all of them, with what their packed forms may take.
  std::size_t cached_bytes = std::size_t{32} * 1024 * 1024;
  // Of the cards that other pages are made of, 0.5 to 1.5 KiB each. With 0 none are kept, and a
  // page reads no card but its own.
  std::size_t cached_card_bytes = std::size_t{64} * 1024 * 1024;
};

// Pages of the feed, newest first. Cards are read from the covering index in stretches of some
// pages, since who turns one page turns the next, and kept until their list changes or the
// signatures in them grow old: a page is a splice of them. Pages that are asked for often are kept
// whole. A cursor names a place in the order, and a lesson never changes its place, so turning
// pages neither repeats nor misses a lesson while others are published. Threads may share it.
class FeedService {
 public:
  // `cursor_key`: the installation's secret, see http::load_or_make_key(store, "cursor-key").
  FeedService(storage::KvStore& store, FeedVersions& versions, const playback::MediaLinks& links,
              const Clock& clock, const std::string& cursor_key,
              std::vector<lessons::Channel> channels, FeedOptions options = {});

  // Never blocks: nothing unless the page or its cards are in memory and as new as their list.
  // Takes no memory for a page that is kept.
  std::optional<FeedPage> page_from_memory(const PageRequest& request);
  // `not_found`, reason unknown_channel; `invalid_argument`, reason invalid_cursor.
  Result<FeedPage> page(const PageRequest& request);

  const std::vector<lessons::Channel>& channels() const { return channels_; }

 private:
  class CacheKey;
  // What all pages of a list have in common.
  struct ServedList {
    FeedList list;
    std::size_t number;  // Its place in `lists_`.
    storage::KeyRange cards;
    std::string record_key;
    http::CursorSigner cursors;
    const FeedVersions::Version* newest;
  };

  ServedList served(FeedScope scope, const std::string& channel, const std::string& cursor_key);
  // Null if there is no such channel.
  const ServedList* find_list(const PageRequest& request) const;
  FeedPage page_of(const ServedList& list, const PageRequest& request, const CardStretch& stretch,
                   const CardStretch::Cards& cards, const CacheKey& key);
  // The cards behind the place `after`, at least `limit` and one more if there are as many.
  Result<StretchPtr> read_stretch(const ServedList& list, std::string_view after,
                                  std::size_t limit) const;
  Result<StretchPtr> read_cards(const ServedList& list, std::string_view after,
                                std::size_t count) const;

  storage::KvStore& store_;
  FeedVersions& versions_;
  const playback::MediaLinks& links_;
  const Clock& clock_;
  const std::vector<lessons::Channel> channels_;
  const FeedOptions options_;
  std::vector<ServedList> lists_;  // Of each scope that of all channels, then each channel's.
  AskedLately asked_;
  BoundedMap<std::string, FeedPage> pages_;
  StretchCache stretches_;
};

}  // namespace weike::feed
