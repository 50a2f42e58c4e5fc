#pragma once

#include "api/feed/card_stretch.hpp"
#include "api/feed/feed_versions.hpp"
#include "api/http/content.hpp"
#include "api/http/cursor.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weike::feed {

// Views into the request.
struct PageRequest {
  FeedScope scope = FeedScope::everyone;
  std::string_view channel = {};
  std::string_view cursor = {};  // A former page's; empty for the first page.
  std::size_t limit = 20;
  http::Language language = http::Language::zh;
};

// The finished answer: {"items": […], "next_cursor": …}.
struct FeedPage {
  http::ContentPtr content;
  std::uint64_t version = 0;                      // Of the list it was made from.
  const FeedVersions::Version* newest = nullptr;  // Of the list as it is.
  // It is asked for again and again and kept in memory, so packing it pays.
  bool is_kept = false;

  bool is_current() const { return newest->load() == version; }
};

// The page that shows `cards`, which are of the list that `request` names; `cursors` are that
// list's.
http::ContentPtr make_page(const PageRequest& request, const CardStretch& stretch,
                           const CardStretch::Cards& cards, const http::CursorSigner& cursors);

}  // namespace weike::feed
