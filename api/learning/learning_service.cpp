#include "api/learning/learning_service.hpp"

#include "model/access.hpp"
#include "model/json.hpp"
#include "storage/records/keys.hpp"
#include "storage/records/record.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace weike::learning {
namespace keys = storage::keys;
namespace {

const Error kVisitor{ErrorCode::unauthorized, "not signed in"};

struct LiveLesson {
  Lesson lesson;
  Asset asset;  // Of the live version.
};

// The lesson with its live version's asset; nothing if it never went live or is gone.
Result<std::optional<LiveLesson>> load_live(storage::Transaction& transaction, LessonId id) {
  auto lesson = storage::load<Lesson>(transaction, keys::lesson(id));
  if (!lesson) return lesson.error();
  if (!*lesson || !(*lesson)->live) return std::optional<LiveLesson>{};
  auto asset = storage::load<Asset>(transaction, keys::asset((*lesson)->live->content.asset));
  if (!asset) return asset.error();
  if (!*asset) return std::optional<LiveLesson>{};
  return std::optional<LiveLesson>{LiveLesson{std::move(**lesson), std::move(**asset)}};
}

// The records that one batch touches, each loaded once.
class Ledger {
 public:
  Ledger(storage::Transaction& transaction, const Viewer& viewer, Timestamp now)
      : transaction_(transaction), viewer_(viewer), now_(now) {}

  // The viewer's record of the lesson, turned to its present video; null if the viewer has no
  // business with the lesson.
  Result<WatchRecord*> open(LessonId id) {
    if (const auto known = records_.find(id); known != records_.end())
      return known->second ? &*known->second : nullptr;
    auto& slot = records_[id];
    auto live = load_live(transaction_, id);
    if (!live) return live.error();
    if (!*live) return nullptr;
    const auto& lesson = (*live)->lesson;
    if (!may_see(viewer_, lesson) && !might_have_seen(viewer_, lesson)) return nullptr;

    auto stored = load_watch(transaction_, *viewer_.account, id);
    if (!stored) return stored.error();
    slot = stored->value_or(WatchRecord{});
    slot->lesson = id;
    slot->turn_to((*live)->asset.id, (*live)->asset.duration_ms);
    return &*slot;
  }

  Result<> save() {
    for (auto& [id, record] : records_) {
      if (!record) continue;
      record->updated_at = now_;
      const auto key = keys::watch(*viewer_.account, id);
      if (auto saved = storage::save(transaction_, key, *record); !saved) return saved.error();
    }
    return {};
  }

 private:
  storage::Transaction& transaction_;
  const Viewer& viewer_;
  const Timestamp now_;
  std::map<LessonId, std::optional<WatchRecord>> records_;
};

bool has_reversed_range(const Heartbeat& item) {
  return std::any_of(item.ranges.begin(), item.ranges.end(),
                     [](const WatchRange& range) { return range.end_ms <= range.begin_ms; });
}

}  // namespace

Result<std::vector<HeartbeatResult>> LearningService::record(const Viewer& viewer,
                                                             const std::vector<Heartbeat>& items) {
  if (!viewer.account) return kVisitor;
  std::vector<HeartbeatResult> results;
  auto done = store_.transact([&](storage::Transaction& transaction) -> Result<> {
    results.clear();
    const auto now = clock_.now();
    Ledger ledger(transaction, viewer, now);
    for (const auto& item : items) {
      auto& result = results.emplace_back(HeartbeatResult{item.id, ""});
      if (has_reversed_range(item)) {
        result.code = "bad_range";
        continue;
      }
      if (!item.lesson) {
        result.code = "lesson_not_found";
        continue;
      }
      auto record = ledger.open(*item.lesson);
      if (!record) return record.error();
      if (!*record) {
        result.code = "lesson_not_found";
        continue;
      }
      const auto at = item.at > now + options_.clock_tolerance ? now : item.at;
      (*record)->add(item.ranges, at);
    }
    return ledger.save();
  });
  if (!done) return done.error();
  return results;
}

Result<ProgressPage> LearningService::progress(const Viewer& viewer, std::optional<LessonId> lesson,
                                               std::string_view after, std::size_t limit) {
  if (!viewer.account) return kVisitor;
  ProgressPage page;
  auto done = store_.read([&](storage::Transaction& transaction) -> Result<> {
    if (lesson) {
      auto record = load_watch(transaction, *viewer.account, *lesson);
      if (!record) return record.error();
      if (*record) page.items.push_back(std::move(**record));
      return {};
    }
    auto range = keys::watches_of(*viewer.account);
    const auto prefix_length = range.begin.size();
    if (!after.empty()) range.begin += std::string(after) + '\0';
    auto entries = transaction.scan(range, limit + 1);
    if (!entries) return entries.error();
    if (entries->size() > limit) {
      entries->pop_back();
      page.next = entries->back().key.substr(prefix_length);
    }
    for (const auto& entry : *entries) {
      auto record = storage::load<WatchRecord>(transaction, entry.key);
      if (!record) return record.error();
      if (*record) page.items.push_back(std::move(**record));
    }
    return {};
  });
  if (!done) return done.error();
  return page;
}

Result<std::vector<OverlayItem>> LearningService::overlay(const Viewer& viewer,
                                                          const std::vector<LessonId>& lessons) {
  if (!viewer.account) return kVisitor;
  std::vector<OverlayItem> items;
  auto done = store_.read([&](storage::Transaction& transaction) -> Result<> {
    for (const auto id : lessons) {
      auto live = load_live(transaction, id);
      if (!live) return live.error();
      if (!*live || !may_see(viewer, (*live)->lesson)) continue;
      auto record = load_watch(transaction, *viewer.account, id);
      if (!record) return record.error();

      const auto& asset = (*live)->asset;
      auto known = record->value_or(WatchRecord{});
      known.turn_to(asset.id, asset.duration_ms);
      items.push_back(
          {id, known.resume_ms, known.watched_ms(), known.percent(),
           links_.for_viewer(playback::LinkTarget::of(asset, (*live)->lesson.live->content),
                             viewer)});
    }
    return {};
  });
  if (!done) return done.error();
  return items;
}

}  // namespace weike::learning
