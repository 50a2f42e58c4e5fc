#include "api/assets/asset_routes.hpp"

#include "api/http/json_body.hpp"
#include "api/http/problem.hpp"
#include "api/http/reply.hpp"
#include "media/images/crops.hpp"
#include "media/images/image_files.hpp"

#include <charconv>

namespace weike::assets {
namespace {

constexpr std::size_t kDefaultLimit = 20;
constexpr std::size_t kMaxLimit = 50;

Result<AssetId> asset_id(const http::Request& request) {
  const auto found = request.parameters.find("id");
  const auto id = found == request.parameters.end() ? std::nullopt : AssetId::parse(found->second);
  // What is no id names nothing.
  if (!id) return Error{ErrorCode::not_found, "no such asset"};
  return *id;
}

Result<std::size_t> page_limit(const http::Request& request) {
  const auto text = request.query_value("limit");
  if (!text) return kDefaultLimit;
  std::size_t limit = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), limit);
  const bool is_number = error == std::errc{} && end == text->data() + text->size();
  if (!is_number || limit < 1 || limit > kMaxLimit) {
    return Error{ErrorCode::invalid_argument, "limit is not 1 to 50", "out_of_range", "limit"};
  }
  return limit;
}

// The handlers of one service.
class Handlers {
 public:
  Handlers(AssetService& service, UrlSigner signer)
      : service_(service), signer_(std::move(signer)) {}

  http::Response list(const http::Request& request) const {
    const auto limit = page_limit(request);
    if (!limit) return http::problem(limit.error(), request);
    const auto cursor = request.query_value("cursor").value_or("");
    const auto page = service_.list(request.viewer, cursor, *limit);
    if (!page) return http::problem(page.error(), request);
    auto items = nlohmann::json::array();
    for (const auto& asset : page->items) items.push_back(shown(asset, request));
    return http::json_response(
        200, {{"items", std::move(items)},
              {"next_cursor", page->next_cursor ? nlohmann::json(*page->next_cursor) : nullptr}});
  }

  http::Response show(const http::Request& request) const {
    const auto id = asset_id(request);
    if (!id) return http::problem(id.error(), request);
    return answer(service_.show(request.viewer, *id), request);
  }

  http::Response retry(const http::Request& request) const {
    const auto id = asset_id(request);
    if (!id) return http::problem(id.error(), request);
    http::JsonBody body(request, http::EmptyBody::is_empty_object);
    if (auto done = body.finish(); !done) return http::problem(done.error(), request);
    return answer(service_.retry(request.viewer, *id), request);
  }

  http::Response trim(const http::Request& request) const {
    const auto id = asset_id(request);
    if (!id) return http::problem(id.error(), request);
    constexpr std::int64_t kLongest = std::int64_t{24} * 3'600'000;
    http::JsonBody body(request);
    const AssetTrim part{body->integer("in_ms", 0, kLongest), body->integer("out_ms", 0, kLongest)};
    if (auto done = body.finish(); !done) return http::problem(done.error(), request);
    return answer(service_.trim(request.viewer, *id, part), request, 201);
  }

  http::Response remove(const http::Request& request) const {
    const auto id = asset_id(request);
    if (!id) return http::problem(id.error(), request);
    const auto done = service_.remove(request.viewer, *id);
    return done ? http::no_content() : http::problem(done.error(), request);
  }

 private:
  http::Response answer(const Result<Asset>& asset, const http::Request& request,
                        int status = 200) const {
    if (!asset) return http::problem(asset.error(), request);
    return http::json_response(status, shown(*asset, request));
  }

  nlohmann::json shown(const Asset& asset, const http::Request& request) const {
    return to_wire(asset, request.language(), service_.standing(asset),
                   sign_urls(signer_, asset, request.viewer));
  }

  AssetService& service_;
  UrlSigner signer_;
};

nlohmann::json cover_json(const UrlSigner& signer, const Asset& asset, const Viewer& viewer,
                          int candidate) {
  const auto url = [&](const std::string& file) { return signer(asset, viewer, file); };
  auto crops = nlohmann::json::array();
  for (const auto& shape : media::kCoverShapes) {
    crops.push_back({{"shape", shape.name},
                     {"jpeg_url", url(media::cover_file(candidate, shape.name, "jpg"))},
                     {"webp_url", url(media::cover_file(candidate, shape.name, "webp"))}});
  }
  return {{"candidate", candidate},
          {"poster_url", url(media::poster_file(candidate))},
          {"poster_small_url", url(media::small_poster_file(candidate))},
          {"crops", std::move(crops)}};
}

}  // namespace

AssetUrls sign_urls(const UrlSigner& signer, const Asset& asset, const Viewer& viewer) {
  AssetUrls urls;
  if (!signer) return urls;
  if (asset.is_playable) urls.hls = signer(asset, viewer, "master.m3u8");
  if (asset.state == AssetState::ready) {
    urls.poster = signer(asset, viewer, media::poster_file(1));
    urls.poster_small = signer(asset, viewer, media::small_poster_file(1));
    urls.storyboard = signer(asset, viewer, "storyboard.vtt");
    for (int candidate = 1; candidate <= media::kCoverCandidates; ++candidate)
      urls.covers.push_back(cover_json(signer, asset, viewer, candidate));
  }
  return urls;
}

void add_routes(http::Router& router, AssetService& service, UrlSigner signer) {
  const auto handlers = std::make_shared<const Handlers>(service, std::move(signer));
  const auto add = [&](http::Method method, std::string pattern, auto handler) {
    http::Route route;
    route.method = method;
    route.pattern = std::move(pattern);
    route.gate = http::Gate::signed_in;
    route.handler = [handlers, handler](http::Request& request) {
      return ((*handlers).*handler)(request);
    };
    router.add(std::move(route));
  };
  add(http::Method::get, "/api/v1/assets", &Handlers::list);
  add(http::Method::get, "/api/v1/assets/{id}", &Handlers::show);
  add(http::Method::del, "/api/v1/assets/{id}", &Handlers::remove);
  add(http::Method::post, "/api/v1/assets/{id}/retry", &Handlers::retry);
  add(http::Method::post, "/api/v1/assets/{id}/trim", &Handlers::trim);
}

}  // namespace weike::assets
