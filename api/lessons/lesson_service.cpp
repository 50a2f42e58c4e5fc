#include "api/lessons/lesson_service.hpp"

#include "api/captions/cut_captions.hpp"
#include "api/lessons/lesson_records.hpp"
#include "api/review/decision_log.hpp"
#include "model/access.hpp"
#include "storage/records/keys.hpp"

#include <utility>

namespace weike::lessons {
namespace keys = storage::keys;
namespace {

const Error kNotFound{ErrorCode::not_found, "no such lesson", "lesson_not_found"};

// For an owner's own acts: others learn only what they may see anyway.
Result<> check_owner(const Viewer& viewer, const Lesson& lesson, const RevisionCheck& check) {
  if (!viewer.is(lesson.owner)) {
    if (!may_oversee(viewer, lesson) && !may_see(viewer, lesson)) return kNotFound;
    return Error{ErrorCode::forbidden, "only the owner may do this", "not_the_owner"};
  }
  if (check && !check(lesson.revision))
    return Error{ErrorCode::precondition_failed, "the lesson was changed meanwhile"};
  return {};
}

// What the owner works on from now on.
void begin_draft(Lesson& lesson) {
  if (lesson.working.state == VersionState::live) {
    ++lesson.working.number;
    lesson.working.return_reason.clear();
  }
  lesson.working.state = VersionState::draft;
  lesson.working.manifest_sha256.clear();
}

}  // namespace

bool may_oversee(const Viewer& viewer, const Lesson& lesson) {
  if (may_preview(viewer, lesson)) return true;
  return lesson.live &&
         (viewer.has(Role::curator, lesson.unit) || viewer.has(Role::reviewer, lesson.unit));
}

LessonService::LessonService(storage::KvStore& store, assets::AssetService& assets,
                             events::EventBus& events, playback::MediaGate& gate,
                             const Clock& clock, LessonOptions options)
    : store_(store),
      assets_(assets),
      events_(events),
      gate_(gate),
      clock_(clock),
      options_(std::move(options)) {}

Result<Lesson> LessonService::create(const Viewer& viewer, const ContentPatch& content) {
  if (!viewer.account) return Error{ErrorCode::unauthorized, "not signed in"};
  Lesson lesson;
  lesson.id = LessonId::make_random();
  lesson.owner = *viewer.account;
  lesson.working.content = patched({}, content);
  lesson.created_at = lesson.updated_at = clock_.now();
  if (auto ok = check_content(lesson.working.content, options_.limits, options_.channels); !ok)
    return ok.error();

  auto done = store_.transact([&](storage::Transaction& transaction) -> Result<> {
    const auto asset_id = lesson.working.content.asset;
    if (auto ok = check_asset(transaction, lesson.owner, asset_id); !ok) return ok.error();
    auto asset = assets_.find(transaction, asset_id);
    if (!asset) return asset.error();
    if (auto ok = lessons::check_marks(lesson.working.content, *asset); !ok) return ok.error();
    lesson.unit = asset->unit;
    if (!viewer.has(Role::publisher, lesson.unit))
      return Error{ErrorCode::forbidden, "needs role publisher"};
    return insert_lesson(transaction, lesson);
  });
  if (!done) return done.error();
  events_.publish(event_of(lesson, lesson));
  return lesson;
}

Result<Lesson> LessonService::edit(const Viewer& viewer, LessonId id, const ContentPatch& patch,
                                   const RevisionCheck& check) {
  Lesson before;
  Lesson after;
  auto done = store_.transact([&](storage::Transaction& transaction) -> Result<> {
    auto found = load_lesson(transaction, id);
    if (!found) return found.error();
    if (auto ok = check_owner(viewer, *found, check); !ok) return ok.error();

    if (!viewer.has(Role::publisher, found->unit))
      return Error{ErrorCode::forbidden, "needs role publisher"};

    before = after = std::move(*found);
    auto content = patched(before.working.content, patch);
    if (auto ok = check_content(content, options_.limits, options_.channels); !ok)
      return ok.error();
    if (content == before.working.content) return {};
    if (content.asset != before.working.content.asset) {
      if (auto ok = check_asset(transaction, after.owner, content.asset); !ok) return ok.error();
      if (auto ok = keep_marks(transaction, before.working.content, patch, content); !ok)
        return ok.error();
    }
    if (auto ok = check_marks(transaction, before.working.content, content); !ok) return ok.error();
    if (before.working.state == VersionState::in_review ||
        before.working.state == VersionState::approved) {
      review::NewDecision decision{before.id,
                                   *viewer.account,
                                   before.working.number,
                                   review::Verdict::edited,
                                   "",
                                   before.working.manifest_sha256};
      if (auto kept = review::append_decision(transaction, decision, clock_.now()); !kept)
        return kept.error();
    }
    begin_draft(after);
    after.working.content = std::move(content);
    return replace_lesson(transaction, before, after, clock_.now());
  });
  if (!done) return done.error();
  if (after.revision != before.revision) events_.publish(event_of(before, after));
  return after;
}

Result<Lesson> LessonService::find(const Viewer& viewer, LessonId id) {
  Lesson lesson;
  auto done = store_.read([&](storage::Transaction& transaction) -> Result<> {
    auto found = load_lesson(transaction, id);
    if (!found) return found.error();
    lesson = std::move(*found);
    return {};
  });
  if (!done) return done.error();
  if (may_oversee(viewer, lesson) || may_see(viewer, lesson)) return lesson;
  if (might_have_seen(viewer, lesson))
    return Error{ErrorCode::gone, "the lesson was recalled", "lesson_recalled"};
  return kNotFound;
}

Result<> LessonService::erase(const Viewer& viewer, LessonId id, const RevisionCheck& check) {
  std::optional<AssetId> erased_assets[2];
  auto done = store_.transact([&](storage::Transaction& transaction) -> Result<> {
    auto lesson = load_lesson(transaction, id);
    if (!lesson) return lesson.error();
    if (auto ok = check_owner(viewer, *lesson, check); !ok) return ok.error();
    if (lesson->is_live())
      return Error{ErrorCode::conflict, "a live lesson is recalled first", "lesson_is_live"};
    if (auto gone = erase_lesson(transaction, *lesson); !gone) return gone.error();

    const auto working = lesson->working.content.asset;
    const auto live = lesson->live ? lesson->live->content.asset : working;
    const AssetId candidates[2] = {working, live};
    for (std::size_t i = 0; i < 2; ++i) {
      erased_assets[i].reset();
      if (i == 1 && live == working) break;
      auto users = transaction.scan(keys::lessons_with_asset(candidates[i]), 1);
      if (!users) return users.error();
      if (!users->empty()) continue;
      if (auto gone = assets_.erase(transaction, candidates[i]); !gone) return gone.error();
      erased_assets[i] = candidates[i];
    }
    return {};
  });
  if (!done) return done.error();
  for (const auto& asset : erased_assets) {
    if (asset) gate_.forget(*asset);
  }
  return {};
}

Result<> LessonService::keep_marks(storage::Transaction& transaction, const LessonContent& before,
                                   const ContentPatch& patch, LessonContent& after) {
  const auto from = assets_.find(transaction, before.asset);
  if (!from) return from.error().code == ErrorCode::not_found ? Result<>{} : from.error();
  const auto to = assets_.find(transaction, after.asset);
  if (!to) return to.error();
  if (from->source_blob != to->source_blob) return {};
  if (!patch.captions) after.captions = captions::counterparts(before.captions, *from, *to);
  if (!patch.chapters) after.chapters = moved_chapters(before.chapters, *from, *to);
  return {};
}

// Asks only if something was changed that has to do with the video.
Result<> LessonService::check_marks(storage::Transaction& transaction, const LessonContent& before,
                                    const LessonContent& after) {
  const bool is_untouched = after.asset == before.asset && after.captions == before.captions &&
                            after.chapters == before.chapters;
  if (is_untouched) return {};
  auto asset = assets_.find(transaction, after.asset);
  if (!asset) return asset.error();
  return lessons::check_marks(after, *asset);
}

Result<> LessonService::check_asset(storage::Transaction& transaction, AccountId owner,
                                    AssetId id) {
  const Error unknown{ErrorCode::invalid_argument, "no such asset of this owner", "unknown_asset",
                      "asset_id"};
  auto asset = assets_.find(transaction, id);
  if (!asset) return asset.error().code == ErrorCode::not_found ? unknown : asset.error();
  if (asset->owner != owner) return unknown;
  auto users = transaction.scan(keys::lessons_with_asset(id), options_.lessons_per_asset);
  if (!users) return users.error();
  if (users->size() >= options_.lessons_per_asset)
    return Error{ErrorCode::conflict, "too many lessons name this asset", "asset_in_use"};
  return {};
}

}  // namespace weike::lessons
