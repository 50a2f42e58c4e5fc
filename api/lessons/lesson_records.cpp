#include "api/lessons/lesson_records.hpp"

#include "model/json.hpp"
#include "storage/records/keys.hpp"
#include "storage/records/record.hpp"

#include <set>
#include <string>

namespace weike::lessons {
namespace keys = storage::keys;
namespace {

std::set<std::string> index_keys(const Lesson& lesson) {
  std::set<std::string> result{keys::lesson_of(lesson.owner, lesson.created_at, lesson.id),
                               keys::lesson_asset(lesson.working.content.asset, lesson.id)};
  if (lesson.working.state != VersionState::live)
    result.insert(keys::lesson_state(name_of(lesson.working.state), lesson.updated_at, lesson.id));
  if (lesson.live) {
    result.insert(keys::lesson_asset(lesson.live->content.asset, lesson.id));
    result.insert(keys::lesson_state(kShownIndex, lesson.published_at, lesson.id));
  }
  return result;
}

Result<> write(storage::Transaction& transaction, const Lesson& lesson,
               const std::set<std::string>& old_keys) {
  const auto new_keys = index_keys(lesson);
  for (const auto& key : old_keys) {
    if (new_keys.contains(key)) continue;
    if (auto erased = transaction.erase(key); !erased) return erased.error();
  }
  for (const auto& key : new_keys) {
    if (old_keys.contains(key)) continue;
    if (auto put = transaction.put(key, ""); !put) return put.error();
  }
  return storage::save(transaction, keys::lesson(lesson.id), lesson);
}

}  // namespace

Result<Lesson> load_lesson(storage::Transaction& transaction, LessonId id) {
  auto lesson = storage::load<Lesson>(transaction, keys::lesson(id));
  if (!lesson) return lesson.error();
  if (!*lesson) return Error{ErrorCode::not_found, "no such lesson", "lesson_not_found"};
  return std::move(**lesson);
}

Result<> insert_lesson(storage::Transaction& transaction, const Lesson& lesson) {
  return write(transaction, lesson, {});
}

Result<> replace_lesson(storage::Transaction& transaction, const Lesson& before, Lesson& after,
                        Timestamp now) {
  after.revision = before.revision + 1;
  after.updated_at = now;
  return write(transaction, after, index_keys(before));
}

Result<> erase_lesson(storage::Transaction& transaction, const Lesson& lesson) {
  for (const auto& key : index_keys(lesson)) {
    if (auto erased = transaction.erase(key); !erased) return erased.error();
  }
  return transaction.erase(keys::lesson(lesson.id));
}

std::string_view state_word(const Lesson& lesson) {
  if (!lesson.live) return name_of(lesson.working.state);
  return lesson.is_recalled ? "recalled" : "live";
}

events::Event event_of(const Lesson& before, const Lesson& after) {
  const nlohmann::json data = {{"id", after.id},
                               {"state", state_word(after)},
                               {"working_state", name_of(after.working.state)}};
  events::Event event;
  event.name = "lesson";
  event.data = data.dump();
  event.accounts = {after.owner};
  event.reviewers = before.working.state == VersionState::in_review ||
                    after.working.state == VersionState::in_review;
  event.unit = after.unit;
  event.subject = after.id.text();
  return event;
}

}  // namespace weike::lessons
