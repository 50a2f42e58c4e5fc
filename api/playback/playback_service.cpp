#include "api/playback/playback_service.hpp"

#include "api/learning/watch_record.hpp"
#include "api/lessons/lesson_records.hpp"
#include "model/access.hpp"

namespace weike::playback {
namespace {

// The version that `viewer` gets, or why there is none.
Result<LessonVersion> pick(const Viewer& viewer, const Lesson& lesson, WhichVersion which) {
  const Error not_found{ErrorCode::not_found, "no version for this viewer", "lesson_not_found"};
  if (which == WhichVersion::working)
    return may_preview(viewer, lesson) ? Result<LessonVersion>{lesson.working} : not_found;
  if (may_see(viewer, lesson)) return *lesson.live;
  if (might_have_seen(viewer, lesson))
    return Error{ErrorCode::gone, "the lesson was recalled", "lesson_recalled"};
  return not_found;
}

}  // namespace

nlohmann::json to_wire(const Playback& playback) {
  auto json = to_wire(playback.urls);
  json["storyboard_url"] = nullptr;
  if (playback.urls.storyboard_url) json["storyboard_url"] = *playback.urls.storyboard_url;
  json["expires_at"] = to_rfc3339(playback.urls.expires_at);
  json["duration_ms"] = playback.duration_ms;
  json["width"] = playback.width;
  json["height"] = playback.height;
  json["has_audio"] = playback.has_audio;
  json["resume_ms"] = playback.resume_ms;
  json["version"] = playback.version;
  return json;
}

Result<Playback> PlaybackService::find(const Viewer& viewer, LessonId id, WhichVersion which) {
  Playback playback;
  auto done = store_.read([&](storage::Transaction& transaction) -> Result<> {
    auto lesson = lessons::load_lesson(transaction, id);
    if (!lesson) return lesson.error();
    auto version = pick(viewer, *lesson, which);
    if (!version) return version.error();
    auto asset = assets_.find(transaction, version->content.asset);
    if (!asset) return asset.error();
    if (!asset->is_playable)
      return Error{ErrorCode::conflict, "the video can not be played yet", "asset_not_playable"};

    const bool is_shared = which == WhichVersion::live && !viewer.is_signed_in();
    const auto target = LinkTarget::of(*asset, version->content.cover);
    playback = {is_shared ? links_.for_everyone(target) : links_.for_viewer(target, viewer),
                version->number,
                asset->duration_ms,
                asset->width,
                asset->height,
                asset->has_audio,
                0};
    if (which == WhichVersion::working || !viewer.account) return {};
    auto watch = learning::load_watch(transaction, *viewer.account, id);
    if (!watch) return watch.error();
    if (*watch && (*watch)->video.asset == asset->id) playback.resume_ms = (*watch)->resume_ms;
    return {};
  });
  if (!done) return done.error();
  return playback;
}

}  // namespace weike::playback
