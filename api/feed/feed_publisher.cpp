#include "api/feed/feed_publisher.hpp"

#include "api/feed/feed_card.hpp"
#include "api/feed/list_record.hpp"
#include "model/json.hpp"
#include "storage/records/keys.hpp"
#include "storage/records/record.hpp"

#include <algorithm>
#include <utility>

namespace weike::feed {
namespace keys = storage::keys;
namespace {

constexpr std::size_t kMaxLessonsOfAsset = 256;
constexpr std::size_t kRefreshedAtOnce = 100;

// Every list that shows the live version.
std::vector<FeedList> lists_of(const Lesson& lesson) {
  const auto& content = lesson.live->content;
  std::vector<FeedList> lists{{FeedScope::members, ""}};
  if (!content.channel.empty()) lists.push_back({FeedScope::members, content.channel});
  if (content.audience != Audience::everyone) return lists;
  lists.push_back({FeedScope::everyone, ""});
  if (!content.channel.empty()) lists.push_back({FeedScope::everyone, content.channel});
  return lists;
}

storage::KeyRange cards_of(const FeedList& list) {
  return keys::feed_page(name_of(list.scope), list.channel);
}

std::string key_of(const FeedList& list, const Lesson& lesson) {
  return keys::feed(name_of(list.scope), list.channel, lesson.published_at, lesson.id);
}

}  // namespace

FeedPublisher::FeedPublisher(storage::KvStore& store, FeedVersions& versions, UnitName unit_name)
    : store_(store), versions_(versions), unit_name_(std::move(unit_name)) {}

Result<> FeedPublisher::put(storage::Transaction& transaction, const Lesson& lesson,
                            const Asset& asset, std::vector<ListVersion>& changed) {
  const auto bytes = make_card(lesson, asset, unit_name_(lesson.unit)).encode();
  for (const auto& list : lists_of(lesson)) {
    const auto key = key_of(list, lesson);
    if (auto put = transaction.put(key, bytes); !put) return put.error();
    if (auto noted = note(transaction, list, key, note_put, changed); !noted) return noted.error();
  }
  const auto mark = keys::feed_unfinished(lesson.id);
  return asset.state == AssetState::ready ? transaction.erase(mark) : transaction.put(mark, "");
}

Result<> FeedPublisher::remove(storage::Transaction& transaction, const Lesson& lesson,
                               std::vector<ListVersion>& changed) {
  if (!lesson.live) return {};
  for (const auto& list : lists_of(lesson)) {
    const auto key = key_of(list, lesson);
    if (auto erased = transaction.erase(key); !erased) return erased.error();
    if (auto noted = note(transaction, list, key, note_removed, changed); !noted)
      return noted.error();
  }
  return transaction.erase(keys::feed_unfinished(lesson.id));
}

Result<> FeedPublisher::rewrite(storage::Transaction& transaction, const Asset& asset,
                                std::vector<ListVersion>& changed) {
  auto entries = transaction.scan(keys::lessons_with_asset(asset.id), kMaxLessonsOfAsset);
  if (!entries) return entries.error();
  for (const auto& entry : *entries) {
    const auto id = keys::trailing_id<LessonId>(entry.key);
    if (!id) continue;
    auto lesson = storage::load<Lesson>(transaction, keys::lesson(*id));
    if (!lesson) return lesson.error();
    const bool shows_asset =
        *lesson && (*lesson)->is_live() && (*lesson)->live->content.asset == asset.id;
    if (!shows_asset) continue;
    if (auto done = put(transaction, **lesson, asset, changed); !done) return done.error();
  }
  return {};
}

void FeedPublisher::refresh_unfinished() {
  std::vector<LessonId> lessons;
  auto read = store_.read([&](storage::Transaction& transaction) -> Result<> {
    auto entries = transaction.scan(keys::feeds_unfinished(), kRefreshedAtOnce);
    if (!entries) return entries.error();
    for (const auto& entry : *entries) {
      const auto id = keys::trailing_id<LessonId>(entry.key);
      if (!id) continue;
      auto lesson = storage::load<Lesson>(transaction, keys::lesson(*id));
      if (!lesson) return lesson.error();
      if (!*lesson || !(*lesson)->live) continue;
      auto asset = storage::load<Asset>(transaction, keys::asset((*lesson)->live->content.asset));
      if (!asset) return asset.error();
      if (*asset && (*asset)->state == AssetState::ready) lessons.push_back(*id);
    }
    return {};
  });
  if (!read) return;  // The store is in trouble; the next call finds the same marks.
  for (const auto id : lessons) {
    if (!refresh(id)) return;
  }
}

Result<> FeedPublisher::refresh(LessonId id) {
  std::vector<ListVersion> changed;
  auto done = store_.transact([&](storage::Transaction& transaction) -> Result<> {
    changed.clear();
    auto lesson = storage::load<Lesson>(transaction, keys::lesson(id));
    if (!lesson) return lesson.error();
    if (!*lesson || !(*lesson)->is_live()) return transaction.erase(keys::feed_unfinished(id));
    auto asset = storage::load<Asset>(transaction, keys::asset((*lesson)->live->content.asset));
    if (!asset) return asset.error();
    if (!*asset) return Error{ErrorCode::corrupt, "a live lesson's asset is missing"};
    return put(transaction, **lesson, **asset, changed);
  });
  if (done) committed(changed);
  return done;
}

Result<> FeedPublisher::note(storage::Transaction& transaction, const FeedList& list,
                             std::string_view key, Note what, std::vector<ListVersion>& changed) {
  const auto record_key = keys::feed_version(name_of(list.scope), list.channel);
  auto stored = transaction.get(record_key);
  if (!stored) return stored.error();
  auto record = ListRecord::decode(stored->value_or(""));
  const auto cards = cards_of(list);
  auto noted = what(transaction, cards, key.substr(cards.begin.size()), record);
  if (!noted) return noted.error();
  const bool is_raised = std::any_of(changed.begin(), changed.end(),
                                     [&](const ListVersion& known) { return known.first == list; });
  // One commit is one step.
  if (!is_raised) changed.emplace_back(list, ++record.version);
  return transaction.put(record_key, record.encode());
}

}  // namespace weike::feed
