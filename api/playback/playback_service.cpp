#include "api/playback/playback_service.hpp"

#include "api/learning/watch_record.hpp"
#include "api/lessons/lesson_records.hpp"
#include "api/playback/offer.hpp"
#include "media/package/renditions.hpp"
#include "model/access.hpp"
#include "model/json.hpp"

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

// What the player's menu says, in the order of the links.
std::vector<Captions> captions_of(const Asset& asset, const LessonContent& content) {
  std::vector<Captions> chosen;
  for (const auto& id : content.captions) {
    Captions captions;
    captions.id = id;
    for (const auto& each : asset.captions)
      if (each.id == id) captions = each;
    chosen.push_back(std::move(captions));
  }
  return chosen;
}

nlohmann::json captions_json(const Playback& playback) {
  auto json = nlohmann::json::array();
  for (std::size_t i = 0; i < playback.captions.size(); ++i) {
    const auto& captions = playback.captions[i];
    json.push_back({{"id", captions.id},
                    {"language", captions.language},
                    {"label", captions.label},
                    {"url", playback.urls.caption_urls.at(i)}});
  }
  return json;
}

nlohmann::json whole_rungs_json(const Playback& playback) {
  auto json = nlohmann::json::array();
  for (const auto& rung : playback.whole_rungs) {
    json.push_back({{"rendition", rung.rendition},
                    {"width", rung.width},
                    {"height", rung.height},
                    {"codecs", rung.codecs},
                    {"size_bytes", rung.size_bytes},
                    {"url", rung.url}});
  }
  return json;
}

std::uint64_t size_of(const Asset& asset, std::string_view rendition) {
  for (const auto& progress : asset.renditions) {
    if (progress.name == rendition) return progress.size_bytes;
  }
  return 0;
}

}  // namespace

nlohmann::json to_wire(const Playback& playback) {
  auto json = to_wire(playback.urls);
  json["storyboard_url"] = nullptr;
  if (playback.urls.storyboard_url) json["storyboard_url"] = *playback.urls.storyboard_url;
  json["dash_url"] = playback.urls.dash_url;
  json["mp4_urls"] = whole_rungs_json(playback);
  json["expires_at"] = to_rfc3339(playback.urls.expires_at);
  json["duration_ms"] = playback.duration_ms;
  json["width"] = playback.width;
  json["height"] = playback.height;
  json["has_audio"] = playback.has_audio;
  json["resume_ms"] = playback.resume_ms;
  json["version"] = playback.version;
  json["captions"] = captions_json(playback);
  json["chapters"] = playback.chapters;
  return json;
}

std::vector<WholeRung> PlaybackService::whole_rungs_of(const Asset& asset, const Viewer& signed_for,
                                                       PlayerAbilities abilities) {
  if (asset.state != AssetState::ready) return {};
  const auto plan = assets_.plan(asset.id);
  if (!plan) return {};
  const auto sound_bytes = plan->audio.empty() ? 0 : size_of(asset, plan->audio.front().name);
  std::vector<WholeRung> whole;
  for (const auto& rung : playback::whole_rungs(*plan, asset, abilities)) {
    auto codecs = media::video_codecs(*plan, rung);
    if (!plan->audio.empty()) codecs.append(",").append(media::kSoundCodecs);
    whole.push_back({rung.name, rung.width, rung.height, std::move(codecs),
                     size_of(asset, rung.name) + sound_bytes,
                     links_.path(asset, signed_for, rung.name + ".mp4")});
  }
  return whole;
}

Result<Playback> PlaybackService::find(const Viewer& viewer, LessonId id, WhichVersion which,
                                       PlayerAbilities abilities) {
  const bool is_shared = which == WhichVersion::live && !viewer.is_signed_in();
  Playback playback;
  std::optional<Asset> shown;
  auto done = store_.read([&](storage::Transaction& transaction) -> Result<> {
    auto lesson = lessons::load_lesson(transaction, id);
    if (!lesson) return lesson.error();
    auto version = pick(viewer, *lesson, which);
    if (!version) return version.error();
    auto asset = assets_.find(transaction, version->content.asset);
    if (!asset) return asset.error();
    if (!asset->is_playable)
      return Error{ErrorCode::conflict, "the video can not be played yet", "asset_not_playable"};

    auto target = LinkTarget::of(*asset, version->content);
    target.with_av1 = abilities.knows_av1 && has_av1(*asset);
    playback = {is_shared ? links_.for_everyone(target) : links_.for_viewer(target, viewer),
                version->number,
                asset->duration_ms,
                asset->width,
                asset->height,
                asset->has_audio,
                0,
                captions_of(*asset, version->content),
                version->content.chapters,
                {}};
    shown = *asset;
    if (which == WhichVersion::working || !viewer.account) return {};
    auto watch = learning::load_watch(transaction, *viewer.account, id);
    if (!watch) return watch.error();
    if (*watch && (*watch)->video.asset == asset->id) playback.resume_ms = (*watch)->resume_ms;
    return {};
  });
  if (!done) return done.error();
  playback.whole_rungs = whole_rungs_of(*shown, is_shared ? Viewer{} : viewer, abilities);
  return playback;
}

}  // namespace weike::playback
