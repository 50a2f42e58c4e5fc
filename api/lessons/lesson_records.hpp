#pragma once

#include "api/events/event_bus.hpp"
#include "model/lesson.hpp"
#include "storage/kv/kv_store.hpp"

#include <string_view>

// Lessons in the store, with all their index entries. Shared by whatever changes a lesson.
namespace weike::lessons {

// `not_found` if there is none.
Result<Lesson> load_lesson(storage::Transaction& transaction, LessonId id);

// Writes a new lesson.
Result<> insert_lesson(storage::Transaction& transaction, const Lesson& lesson);
// Replaces `before` by `after`, whose revision and time of change are raised.
Result<> replace_lesson(storage::Transaction& transaction, const Lesson& before, Lesson& after,
                        Timestamp now);
Result<> erase_lesson(storage::Transaction& transaction, const Lesson& lesson);

// Words of the index lesson-state: the working version's state while it is not live, and "shown"
// for every lesson that went live, recalled or not.
inline constexpr std::string_view kShownIndex = "shown";

// "live", "recalled", or the working version's state while it never was live.
std::string_view state_word(const Lesson& lesson);

// The news that `after` is what became of `before`: for its owner, and for reviewers while they
// have it or when it leaves them.
events::Event event_of(const Lesson& before, const Lesson& after);

}  // namespace weike::lessons
