#include "api/feed/feed_page.hpp"

#include "api/http/conditional.hpp"
#include "api/http/digest.hpp"

#include <memory>
#include <utility>

namespace weike::feed {
namespace {

// One more whenever the same cards would make other bytes.
constexpr std::string_view kFormat = "page 2";
// More than one card gets from its page.
constexpr std::size_t kRoom = 128;

// What stands behind a card: why it is shown. The order is by time, and says so.
std::string_view end_of_card(const PageRequest& request) {
  const bool is_english = request.language == http::Language::en;
  if (request.channel.empty()) {
    return is_english ? R"(,"why":{"code":"newest","text":"Newest"}})"
                      : R"(,"why":{"code":"newest","text":"最新发布"}})";
  }
  return is_english ? R"(,"why":{"code":"newest_in_channel","text":"Newest in this channel"}})"
                    : R"(,"why":{"code":"newest_in_channel","text":"本频道最新"}})";
}

std::string write_page(const PageRequest& request, const CardStretch& stretch,
                       const CardStretch::Cards& cards, const http::CursorSigner& cursors) {
  std::size_t size = 2 * kRoom;
  for (auto card = cards.first; card < cards.last; ++card)
    size += stretch.json(card).size() + kRoom;
  std::string text;
  text.reserve(size);
  text.append("{\"items\":[");
  const auto end = end_of_card(request);
  for (auto card = cards.first; card < cards.last; ++card) {
    const auto json = stretch.json(card);
    if (json.empty()) continue;  // Of a future format; the lesson page still shows it.
    if (text.back() != '[') text.push_back(',');
    text.append(json).append(end);
  }
  text.append("],\"next_cursor\":");
  if (cards.has_more) {
    text.append("\"").append(cursors.seal(stretch.place(cards.last - 1))).append("\"");
  } else {
    text.append("null");
  }
  return text.append("}");
}

// From what the cards say, so that it is right also after a backup was restored and versions went
// back, and a page whose cards are the same keeps it. The address, of which the tag is one, decides
// about the rest.
std::string tag_of(const PageRequest& request, const CardStretch& stretch,
                   const CardStretch::Cards& cards) {
  const auto tags = stretch.tags(cards);
  std::string said;
  said.reserve(tags.size() + kRoom);
  said.append(kFormat).append(tags).append(name_of(request.scope));
  said.append(std::to_string(stretch.moment().signatures)).append(end_of_card(request));
  said.push_back(cards.has_more ? '+' : '.');
  const auto digest = http::sha256_digest(said);
  return http::quoted_tag(http::to_hex(http::view_of(digest).substr(0, 16)));
}

}  // namespace

http::ContentPtr make_page(const PageRequest& request, const CardStretch& stretch,
                           const CardStretch::Cards& cards, const http::CursorSigner& cursors) {
  http::ContentTraits traits;
  traits.type = "application/json";
  traits.etag = tag_of(request, stretch, cards);
  // A visitor's page is everybody's: shared caches may keep it for a moment, but never hand it to
  // somebody who is signed in.
  traits.caching = {request.scope == FeedScope::everyone ? "public, max-age=0, s-maxage=10"
                                                         : "private, no-cache"};
  traits.vary = "Accept-Language, Authorization, Cookie";
  auto text = std::make_shared<const std::string>(write_page(request, stretch, cards, cursors));
  return std::make_shared<const http::Content>(std::move(text), std::move(traits));
}

}  // namespace weike::feed
