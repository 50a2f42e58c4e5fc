#include "api/review/review_service.hpp"

#include "api/http/digest.hpp"
#include "api/lessons/content_rules.hpp"
#include "api/lessons/lesson_records.hpp"
#include "api/lessons/lesson_service.hpp"
#include "api/lessons/text.hpp"
#include "api/review/manifest.hpp"
#include "model/access.hpp"

#include <utility>

namespace weike::review {
namespace {

Error conflict(std::string reason, std::string message) {
  return {ErrorCode::conflict, std::move(message), std::move(reason)};
}

// A publisher who lost the role may still take own lessons away, but bring forward none.
Result<> check_submitter(const Viewer& viewer, const Lesson& lesson) {
  if (!viewer.is(lesson.owner))
    return Error{ErrorCode::forbidden, "only the owner may do this", "not_the_owner"};
  if (viewer.has(Role::publisher, lesson.unit)) return {};
  return Error{ErrorCode::forbidden, "needs role publisher"};
}

Result<> check_publisher(const Viewer& viewer, const Lesson& lesson) {
  if (viewer.has(Role::curator, lesson.unit)) return {};
  if (viewer.is(lesson.owner) && viewer.has(Role::publisher, lesson.unit)) return {};
  return Error{ErrorCode::forbidden, "needs the owner or a curator"};
}

Result<> check_recaller(const Viewer& viewer, const Lesson& lesson) {
  if (viewer.is(lesson.owner) || viewer.has(Role::curator, lesson.unit)) return {};
  return Error{ErrorCode::forbidden, "needs the owner or a curator"};
}

}  // namespace

ReviewService::Step ReviewService::Step::about(const LessonVersion& version, Verdict verdict,
                                               std::string reason) {
  return {verdict, std::move(reason), version.number, version.manifest_sha256};
}

ReviewService::ReviewService(storage::KvStore& store, assets::AssetService& assets,
                             feed::FeedPublisher& feed, playback::MediaGate& gate,
                             events::EventBus& events, const Clock& clock, ReviewOptions options)
    : store_(store),
      assets_(assets),
      feed_(feed),
      gate_(gate),
      events_(events),
      clock_(clock),
      options_(options) {}

Result<Lesson> ReviewService::submit(const Viewer& viewer, LessonId id) {
  auto plan = hash_plan(viewer, id);
  if (!plan) return plan.error();
  return take_step(
      viewer, id, [&](storage::Transaction& transaction, Lesson& lesson, Effects&) -> Result<Step> {
        if (auto ok = check_submitter(viewer, lesson); !ok) return ok.error();
        auto& version = lesson.working;
        if (version.state != VersionState::draft)
          return conflict("not_a_draft", "only a draft can be submitted");
        auto asset = assets_.find(transaction, version.content.asset);
        if (!asset) return asset.error();
        // A decision is about certain bytes, so about a source that is known.
        const bool has_plan = plan->asset == asset->id && !plan->sha256.empty();
        if (!asset->is_playable || !has_plan || asset->source_sha256.empty())
          return conflict("asset_not_playable", "the video can not be played yet");
        if (auto ok = lessons::check_marks(version.content, *asset); !ok) return ok.error();
        version.manifest_sha256 = manifest_sha256(version, *asset, plan->sha256);
        version.state = VersionState::in_review;
        version.return_reason.clear();
        return Step::about(version, Verdict::submitted);
      });
}

Result<Lesson> ReviewService::approve(const Viewer& viewer, LessonId id,
                                      const std::optional<std::string>& manifest_sha256) {
  return decide(viewer, id, Verdict::approved, "", manifest_sha256);
}

Result<Lesson> ReviewService::return_to_draft(const Viewer& viewer, LessonId id,
                                              std::string_view reason,
                                              const std::optional<std::string>& manifest_sha256) {
  if (auto ok = check_reason(reason); !ok) return ok.error();
  return decide(viewer, id, Verdict::returned, lessons::trimmed(reason), manifest_sha256);
}

Result<Lesson> ReviewService::decide(const Viewer& viewer, LessonId id, Verdict verdict,
                                     std::string reason,
                                     const std::optional<std::string>& manifest_sha256) {
  return take_step(
      viewer, id, [&](storage::Transaction&, Lesson& lesson, Effects&) -> Result<Step> {
        if (!viewer.has(Role::reviewer, lesson.unit))
          return Error{ErrorCode::forbidden, "needs role reviewer"};
        if (viewer.is(lesson.owner))
          return Error{ErrorCode::forbidden, "an own submission", "own_submission"};
        auto& version = lesson.working;
        if (version.state != VersionState::in_review)
          return conflict("not_in_review", "nothing is under review");
        if (manifest_sha256 && *manifest_sha256 != version.manifest_sha256)
          return Error{ErrorCode::precondition_failed, "another manifest is under review",
                       "stale_manifest"};
        auto step = Step::about(version, verdict, reason);
        version.return_reason = reason;
        version.state = verdict == Verdict::approved ? VersionState::approved : VersionState::draft;
        return step;
      });
}

Result<Lesson> ReviewService::publish(const Viewer& viewer, LessonId id) {
  return take_step(
      viewer, id,
      [&](storage::Transaction& transaction, Lesson& lesson, Effects& effects) -> Result<Step> {
        if (auto ok = check_publisher(viewer, lesson); !ok) return ok.error();
        const auto before = lesson;
        if (lesson.working.state == VersionState::approved) {
          lesson.working.state = VersionState::live;
          lesson.live = lesson.working;
        } else if (!lesson.is_recalled) {
          return conflict("not_approved", "there is no approved version");
        } else if (lesson.recalled_by != lesson.owner && !viewer.has(Role::curator, lesson.unit)) {
          return Error{ErrorCode::forbidden, "a curator recalled it", "recalled_by_curator"};
        }
        if (auto done = go_live(transaction, before, lesson, effects); !done) return done.error();
        return Step::about(*lesson.live, Verdict::published);
      });
}

Result<> ReviewService::go_live(storage::Transaction& transaction, const Lesson& before,
                                Lesson& lesson, Effects& effects) {
  auto asset = assets_.find(transaction, lesson.live->content.asset);
  if (!asset) return asset.error();
  if (!asset->is_publishable)
    return conflict("asset_not_publishable", "the smallest rendition is not complete yet");

  if (before.is_live()) {
    if (auto done = feed_.remove(transaction, before, effects.feed_lists); !done)
      return done.error();
    // Visitors hold links that are shared by all: a lesson for members needs new ones.
    const bool is_narrowed = before.live->content.audience == Audience::everyone &&
                             lesson.live->content.audience != Audience::everyone;
    if (is_narrowed) {
      const auto shown_before = before.live->content.asset;
      if (auto done = end_links(transaction, shown_before, effects); !done) return done.error();
    }
  } else if (!before.live) {
    lesson.published_at = clock_.now();
  }
  lesson.is_recalled = false;
  lesson.recall_reason.clear();
  lesson.recalled_by = {};
  return feed_.put(transaction, lesson, *asset, effects.feed_lists);
}

Result<Lesson> ReviewService::recall(const Viewer& viewer, LessonId id, std::string_view reason) {
  if (auto ok = check_reason(reason); !ok) return ok.error();
  return take_step(
      viewer, id,
      [&](storage::Transaction& transaction, Lesson& lesson, Effects& effects) -> Result<Step> {
        if (auto ok = check_recaller(viewer, lesson); !ok) return ok.error();
        if (!lesson.is_live()) return conflict("lesson_not_live", "the lesson is not live");
        if (auto done = feed_.remove(transaction, lesson, effects.feed_lists); !done)
          return done.error();
        lesson.is_recalled = true;
        lesson.recall_reason = lessons::trimmed(reason);
        lesson.recalled_by = *viewer.account;
        if (auto done = end_links(transaction, lesson.live->content.asset, effects); !done)
          return done.error();
        return Step::about(*lesson.live, Verdict::recalled, lesson.recall_reason);
      });
}

// Other live lessons may show the same asset: `take_step` gives their cards the new epoch, once
// this lesson's own new state is stored.
Result<> ReviewService::end_links(storage::Transaction& transaction, AssetId id, Effects& effects) {
  auto asset = assets_.raise_epoch(transaction, id);
  if (!asset) return asset.error();
  effects.raised = std::move(*asset);
  return {};
}

Result<std::vector<Decision>> ReviewService::decisions(const Viewer& viewer, LessonId id) {
  std::vector<Decision> result;
  auto done = store_.read([&](storage::Transaction& transaction) -> Result<> {
    auto lesson = lessons::load_lesson(transaction, id);
    if (!lesson) return lesson.error();
    if (!lessons::may_oversee(viewer, *lesson)) {
      if (may_see(viewer, *lesson)) return Error{ErrorCode::forbidden, "not for members"};
      return Error{ErrorCode::not_found, "no such lesson", "lesson_not_found"};
    }
    auto entries = decisions_of(transaction, id, options_.max_listed_decisions);
    if (!entries) return entries.error();
    result = std::move(*entries);
    return {};
  });
  if (!done) return done.error();
  return result;
}

Result<Lesson> ReviewService::take_step(const Viewer& viewer, LessonId id, const Change& change) {
  if (!viewer.account) return Error{ErrorCode::unauthorized, "not signed in"};
  Lesson before;
  Lesson after;
  Effects effects;
  auto done = store_.transact([&](storage::Transaction& transaction) -> Result<> {
    effects = {};
    auto found = lessons::load_lesson(transaction, id);
    if (!found) return found.error();
    if (!lessons::may_oversee(viewer, *found) && !may_see(viewer, *found))
      return Error{ErrorCode::not_found, "no such lesson", "lesson_not_found"};
    before = after = std::move(*found);
    const auto now = clock_.now();
    auto step = change(transaction, after, effects);
    if (!step) return step.error();
    if (auto stored = lessons::replace_lesson(transaction, before, after, now); !stored)
      return stored.error();
    if (effects.raised) {
      auto rewritten = feed_.rewrite(transaction, *effects.raised, effects.feed_lists);
      if (!rewritten) return rewritten.error();
    }
    const NewDecision decision{id,           *viewer.account,      step->version, step->verdict,
                               step->reason, step->manifest_sha256};
    auto kept = append_decision(transaction, decision, now);
    return kept ? Result<>{} : Result<>{kept.error()};
  });
  if (!done) return done.error();
  feed_.committed(effects.feed_lists);
  if (effects.raised) gate_.raise_epoch(effects.raised->id, effects.raised->epoch);
  events_.publish(lessons::event_of(before, after));
  return after;
}

// The plan never changes once it stands, so it may be read before the transaction.
Result<ReviewService::PlanHash> ReviewService::hash_plan(const Viewer& viewer, LessonId id) {
  std::optional<Asset> asset;
  auto done = store_.read([&](storage::Transaction& transaction) -> Result<> {
    auto lesson = lessons::load_lesson(transaction, id);
    if (!lesson) return lesson.error();
    if (!viewer.is(lesson->owner)) return {};  // The step itself refuses with the right answer.
    auto found = assets_.find(transaction, lesson->working.content.asset);
    if (!found) return found.error();
    asset = std::move(*found);
    return {};
  });
  if (!done) return done.error();
  if (!asset || !asset->has_plan) return PlanHash{};
  auto plan = assets_.plan(asset->id);
  if (!plan) return plan.error();
  return PlanHash{asset->id, http::to_hex(http::sha256(nlohmann::json(*plan).dump()))};
}

Result<> ReviewService::check_reason(std::string_view reason) const {
  return lessons::check_text(lessons::trimmed(reason),
                             {"reason", 1, options_.max_reason_characters, lessons::Lines::many});
}

}  // namespace weike::review
