#include "api/playback/playback_routes.hpp"

#include "api/http/problem.hpp"
#include "api/http/reply.hpp"
#include "api/playback/awaited_segment.hpp"
#include "api/playback/player_abilities.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace weike::playback {
namespace {

constexpr std::string_view kMediaPrefix = "/media/";

std::optional<WhichVersion> which_version(const http::Request& request) {
  const auto text = request.query_value("version").value_or("live");
  if (text == "live") return WhichVersion::live;
  if (text == "working") return WhichVersion::working;
  return std::nullopt;
}

http::Response show_playback(PlaybackService& service, const http::Request& request) {
  const auto id = LessonId::parse(request.parameters.at("id"));
  if (!id) return http::problem({ErrorCode::not_found, "no id", "lesson_not_found"}, request);
  const auto which = which_version(request);
  if (!which) {
    return http::problem({ErrorCode::invalid_argument, "version", "out_of_range", "version"},
                         request);
  }
  const auto playback = service.find(request.viewer, *id, *which, abilities_of(request));
  if (!playback) return http::problem(playback.error(), request);
  return http::json_response(200, to_wire(*playback));
}

http::Response answer_media(MediaDelivery& delivery, const http::Request& request) {
  const MediaRequest media{request.method,
                           request.parameters.at("asset"),
                           request.parameters.at("token"),
                           request.parameters.at("file"),
                           http::conditions_of(request.headers),
                           request.headers.get("Accept-Encoding").value_or("")};
  auto answer = delivery.answer(media);
  if (answer) return std::move(*answer);
  const bool may_wait =
      request.method == http::Method::get && answer.error().reason == "segment_not_ready";
  if (auto awaited = may_wait ? await_segment(delivery, media, request) : nullptr) {
    http::Response later;
    later.body = std::move(awaited);
    return later;
  }
  return media_problem(answer.error(), request.language(), request.request_id);
}

// "/media/{asset}/{token}/{file}" in an undecoded path: names that need escapes are never ours.
std::optional<http::Response> answer_media_hot(MediaDelivery& delivery,
                                               const http::RequestHead& head) {
  if (!head.path.starts_with(kMediaPrefix)) return std::nullopt;
  const auto rest = head.path.substr(kMediaPrefix.size());
  const auto asset_end = rest.find('/');
  if (asset_end == std::string_view::npos) return std::nullopt;
  const auto token_end = rest.find('/', asset_end + 1);
  if (token_end == std::string_view::npos) return std::nullopt;
  return delivery.answer_from_memory({head.method, rest.substr(0, asset_end),
                                      rest.substr(asset_end + 1, token_end - asset_end - 1),
                                      rest.substr(token_end + 1), http::conditions_of(head),
                                      head.accept_encoding});
}

}  // namespace

void add_routes(http::Router& router, PlaybackService& service, MediaDelivery& delivery) {
  http::Route playback;
  playback.pattern = "/api/v1/lessons/{id}/playback";
  playback.gate = http::Gate::open;
  playback.handler = [&service](http::Request& request) { return show_playback(service, request); };
  router.add(std::move(playback));

  http::Route media;
  media.pattern = "/media/{asset}/{token}/{file*}";
  media.gate = http::Gate::open;
  media.handler = [&delivery](http::Request& request) { return answer_media(delivery, request); };
  media.hot = [&delivery](const http::RequestHead& head) {
    return answer_media_hot(delivery, head);
  };
  router.add(std::move(media));
}

}  // namespace weike::playback
