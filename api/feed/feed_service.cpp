#include "api/feed/feed_service.hpp"

#include "api/feed/feed_card.hpp"
#include "api/feed/list_record.hpp"
#include "api/http/conditional.hpp"
#include "api/http/cursor.hpp"
#include "api/http/digest.hpp"
#include "storage/records/keys.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <utility>

namespace weike::feed {
namespace keys = storage::keys;
namespace {

// Why a card is shown, as it stands behind the card: the order is by time, and says so.
std::string_view why_json(const PageRequest& request) {
  const bool is_english = request.language == http::Language::en;
  if (request.channel.empty()) {
    return is_english ? R"({"code":"newest","text":"Newest"})"
                      : R"({"code":"newest","text":"最新发布"})";
  }
  return is_english ? R"({"code":"newest_in_channel","text":"Newest in this channel"})"
                    : R"({"code":"newest_in_channel","text":"本频道最新"})";
}

http::CursorSigner cursors_of(const std::string& key, std::string_view channel) {
  return {key, "feed/" + std::string(channel)};
}

http::ContentTraits traits_of(FeedScope scope, std::string_view text) {
  http::ContentTraits traits;
  traits.type = "application/json";
  // From the content, so that it is right also after a backup was restored and versions went back.
  traits.etag = http::quoted_tag(http::to_hex(http::sha256(text)).substr(0, 32));
  // A visitor's page is everybody's: shared caches may keep it for a moment, but never hand it to
  // somebody who is signed in.
  traits.caching = {scope == FeedScope::everyone ? "public, max-age=0, s-maxage=10"
                                                 : "private, no-cache"};
  traits.vary = "Accept-Language, Authorization, Cookie";
  return traits;
}

}  // namespace

// What names a page in the cache, without memory of its own.
class FeedService::CacheKey {
 public:
  CacheKey(const PageRequest& request, Timestamp now) {
    append(name_of(request.scope));
    for (const auto part : {request.channel, request.cursor}) {
      append("\n");
      append(part);
    }
    append(request.language == http::Language::en ? "\nen\n" : "\nzh\n");
    append_number(request.limit);
    append("\n");
    append_number(static_cast<std::uint64_t>(playback::signature_bucket(now)));
  }

  // No cursor of ours is as long as that.
  bool is_valid() const { return !is_cut_; }
  std::string_view text() const { return {text_.data(), size_}; }

 private:
  void append(std::string_view part) {
    is_cut_ = is_cut_ || part.size() > text_.size() - size_;
    if (is_cut_) return;
    std::copy(part.begin(), part.end(), text_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += part.size();
  }
  void append_number(std::uint64_t number) {
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    append({digits.data(), static_cast<std::size_t>(end - digits.data())});
  }

  std::array<char, 512> text_;
  std::size_t size_ = 0;
  bool is_cut_ = false;
};

FeedService::FeedService(storage::KvStore& store, FeedVersions& versions,
                         const playback::MediaLinks& links, const Clock& clock,
                         std::string cursor_key, std::vector<lessons::Channel> channels,
                         FeedOptions options)
    : store_(store),
      versions_(versions),
      links_(links),
      clock_(clock),
      cursor_key_(std::move(cursor_key)),
      channels_(std::move(channels)),
      pages_(options.cached_pages, options.cached_bytes) {}

std::optional<FeedPage> FeedService::page_from_memory(const PageRequest& request) {
  const CacheKey key(request, clock_.now());
  if (!key.is_valid()) return std::nullopt;
  auto page = pages_.get(key.text());
  if (!page || !page->is_current()) return std::nullopt;
  return page;
}

Result<FeedPage> FeedService::page(const PageRequest& request) {
  if (!request.channel.empty() && !lessons::find_channel(channels_, request.channel))
    return Error{ErrorCode::not_found, "no such channel", "unknown_channel"};
  if (auto known = page_from_memory(request)) return *known;

  std::string after;
  if (!request.cursor.empty()) {
    auto opened = cursors_of(cursor_key_, request.channel).open(request.cursor);
    if (!opened) return opened.error();
    after = std::move(*opened);
  }
  // The key goes first: should the signatures' bucket end meanwhile, the page is filed as the old
  // one, and nobody asks for that any more.
  const CacheKey key(request, clock_.now());
  auto page = render(request, after);
  if (!page) return page.error();
  const auto list = request.list();
  versions_.raise({{list, page->version}});
  page->newest = &versions_.follow(list);
  // The bytes, and two packed forms that are smaller.
  if (key.is_valid())
    pages_.put(std::string(key.text()), *page, 3 * page->content->bytes()->size());
  return page;
}

Result<FeedPage> FeedService::render(const PageRequest& request, const std::string& after) const {
  const auto scope = name_of(request.scope);
  FeedPage page;
  std::string text;
  auto read = store_.read([&](storage::Transaction& transaction) -> Result<> {
    // Version and cards are of one snapshot: the page is what this version says.
    auto stored = transaction.get(keys::feed_version(scope, request.channel));
    if (!stored) return stored.error();
    const auto record = ListRecord::decode(stored->value_or(""));
    page.version = record.version;

    const auto list = keys::feed_page(scope, request.channel);
    const auto prefix_length = list.begin.size();
    const auto begin = after.empty() ? record.first : std::max(record.first, after + '\0');
    auto entries = transaction.scan(cards_from(list, begin), request.limit + 1);
    if (!entries) return entries.error();
    const bool has_more = entries->size() > request.limit;
    if (has_more) entries->pop_back();

    text = "{\"items\":[";
    for (const auto& entry : *entries) append_card(text, entry.value, request);
    text += "],\"next_cursor\":";
    if (has_more) {
      const auto place = std::string_view(entries->back().key).substr(prefix_length);
      text += '"' + cursors_of(cursor_key_, request.channel).seal(place) + '"';
    } else {
      text += "null";
    }
    text += '}';
    return {};
  });
  if (!read) return read.error();
  auto traits = traits_of(request.scope, text);
  page.content = std::make_shared<const http::Content>(
      std::make_shared<const std::string>(std::move(text)), std::move(traits));
  return page;
}

void FeedService::append_card(std::string& page, std::string_view stored,
                              const PageRequest& request) const {
  const auto card = FeedCard::decode(stored);
  if (!card) return;  // Of a future format; the lesson page still shows it.
  if (!page.ends_with('[')) page.push_back(',');
  page.append(card->json).append(",\"why\":").append(why_json(request)).append(",\"media\":");
  if (card->audience == Audience::everyone) {
    links_.append_for_everyone(page, card->target);
  } else {
    page.append("null");
  }
  page.push_back('}');
}

}  // namespace weike::feed
