#include "api/feed/feed_service.hpp"

#include "api/feed/feed_card.hpp"
#include "api/feed/list_record.hpp"
#include "api/http/conditional.hpp"
#include "api/http/cursor.hpp"
#include "api/http/digest.hpp"
#include "storage/records/keys.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace weike::feed {
namespace keys = storage::keys;
namespace {

// Why a card is shown, as it stands behind the card: the order is by time, and says so.
std::string_view why_json(const PageRequest& request) {
  const bool is_english = request.language == http::Language::en;
  if (request.list.channel.empty()) {
    return is_english ? R"({"code":"newest","text":"Newest"})"
                      : R"({"code":"newest","text":"最新发布"})";
  }
  return is_english ? R"({"code":"newest_in_channel","text":"Newest in this channel"})"
                    : R"({"code":"newest_in_channel","text":"本频道最新"})";
}

http::CursorSigner cursors_of(const std::string& key, const std::string& channel) {
  return {key, "feed/" + channel};
}

}  // namespace

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
      pages_(options.cached_pages) {}

std::optional<FeedPage> FeedService::page_from_memory(const PageRequest& request) {
  auto page = pages_.get(cache_key(request));
  if (!page || page->version != versions_.of(request.list)) return std::nullopt;
  return page;
}

Result<FeedPage> FeedService::page(const PageRequest& request) {
  const auto& channel = request.list.channel;
  if (!channel.empty() && !lessons::find_channel(channels_, channel))
    return Error{ErrorCode::not_found, "no such channel", "unknown_channel"};
  if (auto known = page_from_memory(request)) return *known;

  std::string after;
  if (!request.cursor.empty()) {
    auto opened = cursors_of(cursor_key_, channel).open(request.cursor);
    if (!opened) return opened.error();
    after = std::move(*opened);
  }
  // The key goes first: should the signatures' bucket end meanwhile, the page is filed as the old
  // one, and nobody asks for that any more.
  const auto key = cache_key(request);
  auto page = render(request, after);
  if (!page) return page.error();
  versions_.raise({{request.list, page->version}});
  pages_.put(key, *page);
  return page;
}

std::string FeedService::cache_key(const PageRequest& request) const {
  std::string key(name_of(request.list.scope));
  key.append("\n").append(request.list.channel).append("\n").append(request.cursor);
  key.append("\n").append(std::to_string(request.limit));
  key.append(request.language == http::Language::en ? "\nen\n" : "\nzh\n");
  key.append(std::to_string(playback::signature_bucket(clock_.now())));
  return key;
}

Result<FeedPage> FeedService::render(const PageRequest& request, const std::string& after) const {
  const auto scope = name_of(request.list.scope);
  FeedPage page;
  std::string text;
  auto read = store_.read([&](storage::Transaction& transaction) -> Result<> {
    // Version and cards are of one snapshot: the page is what this version says.
    auto stored = transaction.get(keys::feed_version(scope, request.list.channel));
    if (!stored) return stored.error();
    const auto record = ListRecord::decode(stored->value_or(""));
    page.version = record.version;

    const auto list = keys::feed_page(scope, request.list.channel);
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
      text += '"' + cursors_of(cursor_key_, request.list.channel).seal(place) + '"';
    } else {
      text += "null";
    }
    text += '}';
    return {};
  });
  if (!read) return read.error();
  // From the content, so that it is right also after a backup was restored and versions went back.
  page.etag = http::quoted_tag(http::to_hex(http::sha256(text)).substr(0, 32));
  page.bytes = std::make_shared<const std::string>(std::move(text));
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
