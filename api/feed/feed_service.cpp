#include "api/feed/feed_service.hpp"

#include "api/feed/list_record.hpp"
#include "storage/records/keys.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <utility>

namespace weike::feed {
namespace keys = storage::keys;
namespace {

// Five pages of twenty, and the card that tells that there is more.
constexpr std::size_t kStretchCards = 101;

// The place that a page begins behind; empty for the first page.
Result<std::string> open_cursor(const http::CursorSigner& cursors, std::string_view cursor) {
  if (cursor.empty()) return std::string{};
  return cursors.open(cursor);
}

}  // namespace

// What names a page in the cache, without memory of its own.
class FeedService::CacheKey {
 public:
  CacheKey(const PageRequest& request, std::int64_t signatures) {
    append(name_of(request.scope));
    for (const auto part : {request.channel, request.cursor}) {
      append("\n");
      append(part);
    }
    append(request.language == http::Language::en ? "\nen\n" : "\nzh\n");
    append_number(request.limit);
    append("\n");
    append_number(static_cast<std::uint64_t>(signatures));
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
                         const std::string& cursor_key, std::vector<lessons::Channel> channels,
                         FeedOptions options)
    : store_(store),
      versions_(versions),
      links_(links),
      clock_(clock),
      channels_(std::move(channels)),
      options_(options),
      pages_(options.cached_pages, options.cached_bytes),
      stretches_(options.cached_card_bytes) {
  for (const auto scope : {FeedScope::everyone, FeedScope::members}) {
    lists_.push_back(served(scope, "", cursor_key));
    for (const auto& channel : channels_) lists_.push_back(served(scope, channel.id, cursor_key));
  }
}

FeedService::ServedList FeedService::served(FeedScope scope, const std::string& channel,
                                            const std::string& cursor_key) {
  const FeedList list{scope, channel};
  return {list,
          lists_.size(),
          keys::feed_page(name_of(scope), channel),
          keys::feed_version(name_of(scope), channel),
          http::CursorSigner(cursor_key, "feed/" + channel),
          &versions_.follow(list)};
}

const FeedService::ServedList* FeedService::find_list(const PageRequest& request) const {
  const auto found =
      std::find_if(lists_.begin(), lists_.end(), [&request](const ServedList& served) {
        return served.list.scope == request.scope && served.list.channel == request.channel;
      });
  return found == lists_.end() ? nullptr : &*found;
}

std::optional<FeedPage> FeedService::page_from_memory(const PageRequest& request) {
  const auto* list = find_list(request);
  if (list == nullptr) return std::nullopt;
  const CardMoment moment{list->newest->load(), playback::signature_bucket(clock_.now())};
  const CacheKey key(request, moment.signatures);
  if (!key.is_valid()) return std::nullopt;
  if (auto page = pages_.get(key.text()); page && page->is_current()) return page;

  const auto after = open_cursor(list->cursors, request.cursor);
  if (!after) return std::nullopt;
  const auto stretch = stretches_.find(list->number, *after, moment);
  if (!stretch) return std::nullopt;
  const auto cards = stretch->page_behind(*after, request.limit);
  if (!cards) return std::nullopt;
  return page_of(*list, request, *stretch, *cards, key);
}

Result<FeedPage> FeedService::page(const PageRequest& request) {
  const auto* list = find_list(request);
  if (list == nullptr) return Error{ErrorCode::not_found, "no such channel", "unknown_channel"};
  if (auto known = page_from_memory(request)) return std::move(*known);

  const auto after = open_cursor(list->cursors, request.cursor);
  if (!after) return after.error();
  const auto stretch = read_stretch(*list, *after, request.limit);
  if (!stretch) return stretch.error();
  versions_.raise({{list->list, (*stretch)->moment().version}});
  stretches_.put(list->number, *stretch);
  const auto cards = (*stretch)->page_behind(*after, request.limit);
  if (!cards) return Error{ErrorCode::internal, "a stretch of the feed ends before its page"};
  const CacheKey key(request, (*stretch)->moment().signatures);
  return page_of(*list, request, **stretch, *cards, key);
}

FeedPage FeedService::page_of(const ServedList& list, const PageRequest& request,
                              const CardStretch& stretch, const CardStretch::Cards& cards,
                              const CacheKey& key) {
  FeedPage page;
  page.content = make_page(request, stretch, cards, list.cursors);
  page.version = stretch.moment().version;
  page.newest = list.newest;
  page.is_kept = key.is_valid() && asked_.note(key.text());
  // The bytes, and two packed forms that are smaller.
  if (page.is_kept) pages_.put(std::string(key.text()), page, 3 * page.content->bytes()->size());
  return page;
}

Result<StretchPtr> FeedService::read_stretch(const ServedList& list, std::string_view after,
                                             std::size_t limit) const {
  const auto least = limit + 1;
  const auto wanted = options_.cached_card_bytes == 0 ? least : std::max(least, kStretchCards);
  auto stretch = read_cards(list, after, wanted);
  // Behind the page there may be too many withdrawn cards to be walked over at once.
  const bool is_too_far =
      !stretch && stretch.error().code == ErrorCode::unavailable && wanted > least;
  return is_too_far ? read_cards(list, after, least) : std::move(stretch);
}

Result<StretchPtr> FeedService::read_cards(const ServedList& list, std::string_view after,
                                           std::size_t count) const {
  // Taken first: should the signatures' bucket end meanwhile, the stretch counts as one of the old
  // bucket, and nobody asks for that any more.
  const auto signatures = playback::signature_bucket(clock_.now());
  std::shared_ptr<CardStretch> stretch;
  auto read = store_.read([&](storage::Transaction& transaction) -> Result<> {
    // Version and cards are of one snapshot: the cards are what this version says.
    auto stored = transaction.get(list.record_key);
    if (!stored) return stored.error();
    const auto record = ListRecord::decode(stored->value_or(""));
    const auto begin =
        after.empty() ? record.first : std::max(record.first, std::string(after) + '\0');
    auto entries = transaction.scan(cards_from(list.cards, begin), count);
    if (!entries) return entries.error();
    stretch =
        std::make_shared<CardStretch>(CardMoment{record.version, signatures}, std::string(after));
    for (const auto& entry : *entries)
      stretch->add(std::string_view(entry.key).substr(list.cards.begin.size()), entry.value,
                   links_);
    stretch->finish(entries->size() < count ? CardStretch::Rest::none : CardStretch::Rest::unknown);
    return {};
  });
  if (!read) return read.error();
  return StretchPtr(std::move(stretch));
}

}  // namespace weike::feed
