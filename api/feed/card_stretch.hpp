#pragma once

#include "api/feed/feed_card.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weike::feed {

// When cards were made ready: of which version of their list, and with whose signatures.
struct CardMoment {
  std::uint64_t version = 0;
  std::int64_t signatures = 0;  // playback::signature_bucket.
  bool operator==(const CardMoment&) const = default;
};

// Consecutive cards of one list, finished but for what a page adds, with signed links: a page is a
// splice of them. It covers all places behind its begin up to its last card, or, if nothing
// follows, to the end of the list. Immutable once filled; then threads may share it.
class CardStretch {
 public:
  // A card's key behind the prefix of its list: time and lesson.
  static constexpr std::size_t kPlaceBytes = 24;
  // `begin` is a place, or empty: the list's.
  CardStretch(CardMoment moment, std::string begin);

  // The next card as it is stored. One of a future format keeps its place, but shows nothing; a
  // place that is none is left out.
  void add(std::string_view place, std::string_view stored, const playback::MediaLinks& links);
  enum class Rest { unknown, none };
  // All cards are added; `rest`: what follows in the list.
  void finish(Rest rest);

  // Cards [first, last), in order.
  struct Cards {
    std::size_t first = 0;
    std::size_t last = 0;
    bool has_more = false;  // Others follow.
  };
  // Those of a page of `limit` behind the place `after`, which lies at or behind the begin; nothing
  // if the stretch does not tell.
  std::optional<Cards> page_behind(std::string_view after, std::size_t limit) const;

  const CardMoment& moment() const { return moment_; }
  const std::string& begin() const { return begin_; }
  std::string_view place(std::size_t card) const { return {places_[card].data(), kPlaceBytes}; }
  // "{…" without "}"; empty for a card that shows nothing.
  std::string_view json(std::size_t card) const;
  // What tells the stored bytes of these cards from all others, also from those of other versions.
  std::string_view tags(const Cards& cards) const;
  std::size_t size_bytes() const;

 private:
  static constexpr std::size_t kTagBytes = 16;

  const CardMoment moment_;
  const std::string begin_;
  bool ends_list_ = false;
  std::vector<std::array<char, kPlaceBytes>> places_;
  std::vector<std::size_t> ends_;  // Of each card, in `text_`.
  std::string tags_;
  std::string text_;
};

using StretchPtr = std::shared_ptr<const CardStretch>;

}  // namespace weike::feed
