#include "api/learning/learning_service.hpp"

#include "model/access.hpp"
#include "model/json.hpp"
#include "storage/records/keys.hpp"
#include "storage/records/record.hpp"

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

}  // namespace

Result<std::shared_ptr<HeartbeatTicket>> LearningService::record(const Viewer& viewer,
                                                                 std::vector<Heartbeat> items) {
  if (!viewer.account) return kVisitor;
  return writer_.submit(viewer, std::move(items));
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
