#include "api/captions/caption_routes.hpp"

#include "api/http/problem.hpp"
#include "api/http/reply.hpp"

#include <string>
#include <utility>

namespace weike::captions {
namespace {

Result<AssetId> asset_of(const http::Request& request) {
  const auto id = AssetId::parse(request.parameters.at("id"));
  if (!id) return Error{ErrorCode::not_found, "no such asset"};
  return *id;
}

Result<std::string> required(const http::Request& request, std::string_view name) {
  const auto value = request.query_value(name);
  if (!value)
    return Error{ErrorCode::invalid_argument, "missing", "missing_field", std::string(name)};
  return std::string(*value);
}

// The type that the body is declared as does not matter: browsers know none for ".srt".
http::Response add(CaptionService& service, const http::Request& request) {
  const auto asset = asset_of(request);
  if (!asset) return http::problem(asset.error(), request);
  auto language = required(request, "language");
  if (!language) return http::problem(language.error(), request);
  auto label = required(request, "label");
  if (!label) return http::problem(label.error(), request);
  const auto added =
      service.add(request.viewer, *asset, {std::move(*language), std::move(*label), request.body});
  if (!added) return http::problem(added.error(), request);
  return http::json_response(added->is_new ? 201 : 200, assets::to_wire(added->captions));
}

http::Response list(CaptionService& service, const http::Request& request) {
  const auto asset = asset_of(request);
  if (!asset) return http::problem(asset.error(), request);
  const auto captions = service.list(request.viewer, *asset);
  if (!captions) return http::problem(captions.error(), request);
  auto items = nlohmann::json::array();
  for (const auto& each : *captions) items.push_back(assets::to_wire(each));
  return http::json_response(200, {{"items", std::move(items)}});
}

http::Response show(CaptionService& service, const http::Request& request) {
  const auto asset = asset_of(request);
  if (!asset) return http::problem(asset.error(), request);
  auto text = service.text(request.viewer, *asset, request.parameters.at("captions"));
  if (!text) return http::problem(text.error(), request);
  http::Response response;
  response.headers.add("Content-Type", "text/vtt; charset=utf-8");
  response.headers.add("Cache-Control", "private, no-cache");
  response.body = std::move(*text);
  return response;
}

http::Response remove(CaptionService& service, const http::Request& request) {
  const auto asset = asset_of(request);
  if (!asset) return http::problem(asset.error(), request);
  const auto done = service.remove(request.viewer, *asset, request.parameters.at("captions"));
  return done ? http::no_content() : http::problem(done.error(), request);
}

}  // namespace

void add_routes(http::Router& router, CaptionService& service) {
  const auto add_route = [&](http::Method method, std::string pattern, auto handler) {
    http::Route route;
    route.method = method;
    route.pattern = std::move(pattern);
    route.handler = [&service, handler](http::Request& request) {
      return handler(service, request);
    };
    route.body_limit_bytes = service.options().limits.bytes;
    router.add(std::move(route));
  };
  add_route(http::Method::put, "/api/v1/assets/{id}/captions", add);
  add_route(http::Method::get, "/api/v1/assets/{id}/captions", list);
  add_route(http::Method::get, "/api/v1/assets/{id}/captions/{captions}", show);
  add_route(http::Method::del, "/api/v1/assets/{id}/captions/{captions}", remove);
}

}  // namespace weike::captions
