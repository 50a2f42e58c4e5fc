#include "api/learning/ledger.hpp"

#include "model/access.hpp"
#include "model/json.hpp"
#include "storage/records/keys.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace weike::learning {
namespace keys = storage::keys;
namespace {

bool has_reversed_range(const Heartbeat& item) {
  return std::any_of(item.ranges.begin(), item.ranges.end(),
                     [](const WatchRange& range) { return range.end_ms <= range.begin_ms; });
}

}  // namespace

Result<HeartbeatResults> Ledger::add(storage::Transaction& transaction, const Viewer& viewer,
                                     const std::vector<Heartbeat>& items, Timestamp now) {
  std::vector<Opened> opened;
  HeartbeatResults results;
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
    auto known = std::find_if(opened.begin(), opened.end(),
                              [&](const Opened& one) { return one.lesson == *item.lesson; });
    if (known == opened.end()) {
      auto record = open(transaction, viewer, *item.lesson);
      if (!record) return record.error();
      opened.push_back(Opened{*item.lesson, std::move(*record)});
      known = std::prev(opened.end());
    }
    if (!known->record) {
      result.code = "lesson_not_found";
      continue;
    }
    known->record->add(item.ranges, item.at > now + clock_tolerance_ ? now : item.at);
  }
  for (auto& one : opened) {
    if (!one.record) continue;
    one.record->updated_at = now;
    auto saved = save(transaction, *viewer.account, std::move(*one.record));
    if (!saved) return saved.error();
  }
  return results;
}

// The viewer's record of the lesson, turned to its present video.
Result<std::optional<WatchRecord>> Ledger::open(storage::Transaction& transaction,
                                                const Viewer& viewer, LessonId id) {
  const std::optional<WatchRecord> none;
  auto lesson = lessons_.load_once(transaction, keys::lesson(id));
  if (!lesson) return lesson.error();
  if (!*lesson || !(*lesson)->live) return none;
  auto asset = assets_.load_once(transaction, keys::asset((*lesson)->live->content.asset));
  if (!asset) return asset.error();
  if (!*asset) return none;
  if (!may_see(viewer, **lesson) && !might_have_seen(viewer, **lesson)) return none;

  auto stored = watched_.load(transaction, keys::watch(*viewer.account, id));
  if (!stored) return stored.error();
  auto record = *stored ? **stored : WatchRecord{};
  record.lesson = id;
  record.turn_to((*asset)->id, (*asset)->duration_ms);
  return std::optional<WatchRecord>{std::move(record)};
}

Result<> Ledger::save(storage::Transaction& transaction, AccountId account, WatchRecord record) {
  const auto key = keys::watch(account, record.lesson);
  auto bytes = encode(record);
  if (auto put = transaction.put(key, bytes); !put) return put.error();
  watched_.remember(key, std::move(bytes), std::move(record));
  return {};
}

}  // namespace weike::learning
