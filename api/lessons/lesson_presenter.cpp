#include "api/lessons/lesson_presenter.hpp"

#include "api/http/conditional.hpp"
#include "api/http/problem.hpp"
#include "api/http/reply.hpp"
#include "api/lessons/lesson_records.hpp"
#include "api/lessons/lesson_service.hpp"
#include "model/access.hpp"
#include "model/json.hpp"

namespace weike::lessons {
namespace {

// JSON converts to nearly anything, so a result of it has to be spelled out.
Result<nlohmann::json> success(nlohmann::json json) {
  return {boost::system::in_place_value, std::move(json)};
}

nlohmann::json content_json(const LessonVersion& version) {
  const auto& content = version.content;
  return {{"version", version.number},   {"title", content.title},
          {"summary", content.summary},  {"kind", name_of(content.kind)},
          {"asset_id", content.asset},   {"audience", name_of(content.audience)},
          {"channel", content.channel},  {"tags", content.tags},
          {"person", content.person},    {"teacher", content.teacher},
          {"cover", content.cover},      {"captions", content.captions},
          {"chapters", content.chapters}};
}

nlohmann::json working_json(const LessonVersion& version) {
  auto json = content_json(version);
  json["state"] = name_of(version.state);
  json["return_reason"] = version.return_reason;
  json["manifest_sha256"] = version.manifest_sha256;
  return json;
}

nlohmann::json published_at(const Lesson& lesson) {
  if (!lesson.live) return nullptr;
  return to_rfc3339(lesson.published_at);
}

// Who oversees a live lesson does not see its owner's unfinished next version.
const LessonVersion& visible_working(const Lesson& lesson, const Viewer& viewer, Extent extent) {
  const bool is_visible = extent == Extent::whole || may_preview(viewer, lesson) || !lesson.live;
  return is_visible ? lesson.working : *lesson.live;
}

}  // namespace

std::string etag_of(const Lesson& lesson) {
  return http::quoted_tag(std::to_string(lesson.revision));
}

Result<nlohmann::json> LessonPresenter::show(const Lesson& lesson, const http::Request& request,
                                             Extent extent) {
  if (extent == Extent::by_right && !may_oversee(request.viewer, lesson))
    return show_to_audience(lesson, request);
  auto owner = person(lesson.owner);
  if (!owner) return owner.error();
  const auto& working = visible_working(lesson, request.viewer, extent);
  auto asset = asset_json(working.content.asset, request);
  if (!asset) return asset.error();
  nlohmann::json json = {{"id", lesson.id},
                         {"state", state_word(lesson)},
                         {"working", working_json(working)},
                         {"live", nullptr},
                         {"recall_reason", lesson.recall_reason},
                         {"owner", std::move(*owner)},
                         {"unit", unit_json(lesson.unit)},
                         {"asset", std::move(*asset)},
                         {"published_at", published_at(lesson)},
                         {"created_at", to_rfc3339(lesson.created_at)},
                         {"updated_at", to_rfc3339(lesson.updated_at)}};
  if (lesson.live) json["live"] = content_json(*lesson.live);
  return success(std::move(json));
}

http::Response LessonPresenter::answer(const Result<Lesson>& lesson, const http::Request& request,
                                       int status, Extent extent) {
  if (!lesson) return http::problem(lesson.error(), request);
  const auto json = show(*lesson, request, extent);
  if (!json) return http::problem(json.error(), request);
  auto response = http::json_response(status, *json);
  response.headers.add("ETag", etag_of(*lesson));
  return response;
}

Result<nlohmann::json> LessonPresenter::person(AccountId account) {
  auto name = accounts_.display_name(account);
  if (!name) return name.error();
  return success({{"id", account}, {"display_name", *name}});
}

Result<nlohmann::json> LessonPresenter::show_to_audience(const Lesson& lesson,
                                                         const http::Request& request) {
  const auto playback = playback_.find(request.viewer, lesson.id, playback::WhichVersion::live,
                                       playback::abilities_of(request));
  if (!playback) return playback.error();
  return success({{"id", lesson.id},
                  {"state", state_word(lesson)},
                  {"live", content_json(*lesson.live)},
                  {"unit", unit_json(lesson.unit)},
                  {"published_at", published_at(lesson)},
                  {"playback", playback::to_wire(*playback)}});
}

Result<nlohmann::json> LessonPresenter::asset_json(AssetId id, const http::Request& request) {
  std::optional<Asset> asset;
  auto done = store_.read([&](storage::Transaction& transaction) -> Result<> {
    auto found = assets_.find(transaction, id);
    if (found) asset = std::move(*found);
    return found || found.error().code == ErrorCode::not_found ? Result<>{} : found.error();
  });
  if (!done) return done.error();
  if (!asset) return success(nullptr);
  return success(assets::to_wire(*asset, request.language(), assets_.standing(*asset),
                                 assets::sign_urls(signer_, *asset, request.viewer)));
}

nlohmann::json LessonPresenter::unit_json(UnitId unit) const {
  return {{"id", unit}, {"name", accounts_.unit_name(unit)}};
}

}  // namespace weike::lessons
