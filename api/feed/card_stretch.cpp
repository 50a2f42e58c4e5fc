#include "api/feed/card_stretch.hpp"

#include "api/http/digest.hpp"

#include <algorithm>
#include <utility>

namespace weike::feed {
namespace {

void append_card(std::string& text, const FeedCard& card, const playback::MediaLinks& links) {
  text.append(card.json).append(",\"media\":");
  if (card.audience == Audience::everyone) {
    links.append_for_everyone(text, card.target);
  } else {
    text.append("null");
  }
}

}  // namespace

CardStretch::CardStretch(CardMoment moment, std::string begin)
    : moment_(moment), begin_(std::move(begin)) {}

void CardStretch::add(std::string_view place, std::string_view stored,
                      const playback::MediaLinks& links) {
  if (place.size() != kPlaceBytes) return;
  std::copy_n(place.begin(), kPlaceBytes, places_.emplace_back().begin());
  if (const auto card = FeedCard::decode(stored)) append_card(text_, *card, links);
  ends_.push_back(text_.size());
  tags_.append(http::view_of(http::sha256_digest(stored)).substr(0, kTagBytes));
}

void CardStretch::finish(Rest rest) {
  ends_list_ = rest == Rest::none;
  text_.shrink_to_fit();
  tags_.shrink_to_fit();
  places_.shrink_to_fit();
  ends_.shrink_to_fit();
}

std::optional<CardStretch::Cards> CardStretch::page_behind(std::string_view after,
                                                           std::size_t limit) const {
  const auto next = std::partition_point(places_.begin(), places_.end(), [&](const auto& place) {
    return std::string_view(place.data(), place.size()) <= after;
  });
  const auto first = static_cast<std::size_t>(next - places_.begin());
  const auto left = places_.size() - first;
  if (left <= limit && !ends_list_) return std::nullopt;
  return Cards{first, first + std::min(left, limit), left > limit};
}

std::string_view CardStretch::json(std::size_t card) const {
  const auto begin = card == 0 ? 0 : ends_[card - 1];
  return std::string_view(text_).substr(begin, ends_[card] - begin);
}

std::string_view CardStretch::tags(const Cards& cards) const {
  return std::string_view(tags_).substr(cards.first * kTagBytes,
                                        (cards.last - cards.first) * kTagBytes);
}

std::size_t CardStretch::size_bytes() const {
  return sizeof(*this) + begin_.capacity() + text_.capacity() + tags_.capacity() +
         places_.capacity() * kPlaceBytes + ends_.capacity() * sizeof(std::size_t);
}

}  // namespace weike::feed
