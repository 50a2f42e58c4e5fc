#include "api/lessons/lesson_records.hpp"
#include "api/lessons/lesson_service.hpp"
#include "storage/records/keys.hpp"

#include <algorithm>

// LessonService::list: the queues of publisher, reviewer and curator.
namespace weike::lessons {
namespace keys = storage::keys;
namespace {

constexpr std::size_t kMaxPage = 50;
// Entries that the viewer may not see are skipped, but never more than so many in one call.
constexpr std::size_t kMaxScanned = 500;

storage::KeyRange range_of(LessonScope scope, AccountId viewer) {
  switch (scope) {
    case LessonScope::mine:
      return keys::lessons_of(viewer);
    case LessonScope::review:
      return keys::lessons_in_state("in_review");
    case LessonScope::approved:
      return keys::lessons_in_state("approved");
    case LessonScope::live:
      return keys::lessons_in_state(kShownIndex);
  }
  return {};
}

// Queues are worked off from their oldest end; what is shown to members is listed newest first. The
// index of own lessons is newest first already.
storage::ScanDirection direction_of(LessonScope scope) {
  return scope == LessonScope::live ? storage::ScanDirection::descending
                                    : storage::ScanDirection::ascending;
}

bool has_anywhere(const Viewer& viewer, Role role) {
  return std::any_of(viewer.grants.begin(), viewer.grants.end(), [&](const RoleGrant& grant) {
    return grant.role == role || grant.role == Role::administrator;
  });
}

bool may_list(const Viewer& viewer, LessonScope scope) {
  switch (scope) {
    case LessonScope::mine:
      return true;
    case LessonScope::review:
      return has_anywhere(viewer, Role::reviewer);
    case LessonScope::approved:
      return has_anywhere(viewer, Role::publisher) || has_anywhere(viewer, Role::curator);
    case LessonScope::live:
      return has_anywhere(viewer, Role::curator);
  }
  return false;
}

bool belongs(const Viewer& viewer, LessonScope scope, const Lesson& lesson) {
  switch (scope) {
    case LessonScope::mine:
      return viewer.is(lesson.owner);
    case LessonScope::review:
      return viewer.has(Role::reviewer, lesson.unit);
    case LessonScope::approved:
      return viewer.is(lesson.owner) || viewer.has(Role::curator, lesson.unit);
    case LessonScope::live:
      return viewer.has(Role::curator, lesson.unit);
  }
  return false;
}

}  // namespace

std::optional<LessonScope> lesson_scope_of(std::string_view name) {
  if (name == "mine") return LessonScope::mine;
  if (name == "review") return LessonScope::review;
  if (name == "approved") return LessonScope::approved;
  if (name == "live") return LessonScope::live;
  return std::nullopt;
}

Result<LessonPage> LessonService::list(const Viewer& viewer, LessonScope scope,
                                       std::string_view after, std::size_t limit) {
  if (!viewer.account) return Error{ErrorCode::unauthorized, "not signed in"};
  if (!may_list(viewer, scope)) return Error{ErrorCode::forbidden, "needs another role"};
  limit = std::clamp<std::size_t>(limit, 1, kMaxPage);

  LessonPage page;
  auto done = store_.read([&](storage::Transaction& transaction) -> Result<> {
    page = {};
    auto range = range_of(scope, *viewer.account);
    const auto prefix = range.begin;
    const auto direction = direction_of(scope);
    const auto continue_behind = [&](const std::string& key) {
      if (direction == storage::ScanDirection::ascending) {
        range.begin = key + '\0';
      } else {
        range.end = key;
      }
    };
    if (!after.empty()) continue_behind(prefix + std::string(after));
    for (std::size_t scanned = 0; scanned < kMaxScanned;) {
      auto entries = transaction.scan(range, limit + 1, direction);
      if (!entries) return entries.error();
      for (const auto& entry : *entries) {
        if (page.items.size() == limit) return {};
        page.next = entry.key.substr(prefix.size());
        const auto id = keys::trailing_id<LessonId>(entry.key);
        if (!id) continue;
        auto lesson = load_lesson(transaction, *id);
        if (!lesson) return lesson.error();
        if (belongs(viewer, scope, *lesson)) page.items.push_back(std::move(*lesson));
      }
      if (entries->size() <= limit) {
        page.next.reset();  // The range is at its end.
        return {};
      }
      continue_behind(entries->back().key);
      scanned += entries->size();
    }
    return {};
  });
  if (!done) return done.error();
  return page;
}

}  // namespace weike::lessons
