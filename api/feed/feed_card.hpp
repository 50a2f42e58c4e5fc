#pragma once

#include "api/playback/media_links.hpp"
#include "model/asset.hpp"
#include "model/audience.hpp"
#include "model/lesson.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace weike::feed {

// One lesson as the feed index stores it: the finished card without what differs from page to page
// ("why", "media"), and what is needed to sign links. Stored as one byte of format (2), one of
// audience, one that says which poster there is ('0': none), 16 of asset id, 4 of epoch, one that
// counts captions and 12 for the id of each (format 1 has none), then the JSON object without its
// closing brace: a page is a splice of these bytes.
struct FeedCard {
  Audience audience = Audience::members;
  playback::LinkTarget target;
  std::string json;  // "{…" without "}".

  std::string encode() const;
  // Nothing if the bytes are no card of a known format. The view must outlive the result's use.
  static std::optional<FeedCard> decode(std::string_view bytes);
};

// The card of the live version. `lesson` is live and `asset` is that version's.
FeedCard make_card(const Lesson& lesson, const Asset& asset, std::string_view unit_name);

}  // namespace weike::feed
