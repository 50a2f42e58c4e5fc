#include "server/app/health_routes.hpp"

#include "api/http/problem.hpp"

#include <utility>

namespace weike::server {
namespace {

http::Response text_response(std::string text, const char* type = "text/plain; charset=utf-8") {
  http::Response response;
  response.headers.add("Content-Type", type);
  response.headers.add("Cache-Control", "no-store");
  response.body = std::move(text);
  return response;
}

// A request that came through a proxy on this machine is not from this machine.
bool is_local(const http::Request& request) {
  if (request.headers.get("X-Forwarded-For") || request.headers.get("Forwarded")) return false;
  return request.peer.starts_with("127.") || request.peer == "::1";
}

void add(http::Router& router, const char* pattern, http::Handler handler) {
  http::Route route;
  route.method = http::Method::get;
  route.pattern = pattern;
  route.gate = http::Gate::open;
  route.handler = std::move(handler);
  router.add(std::move(route));
}

}  // namespace

void add_health_routes(http::Router& router, const Metrics& metrics,
                       std::function<Result<>()> is_ready) {
  add(router, "/healthz", [](http::Request&) { return text_response("ok\n"); });
  add(router, "/readyz", [is_ready = std::move(is_ready)](http::Request& request) {
    if (const auto ready = is_ready(); !ready) return http::problem(ready.error(), request);
    return text_response("ok\n");
  });
  add(router, "/metrics", [&metrics](http::Request& request) {
    if (!is_local(request) && !request.viewer.has(Role::administrator)) {
      const ErrorCode code =
          request.viewer.is_signed_in() ? ErrorCode::forbidden : ErrorCode::unauthorized;
      return http::problem(Error{code, "metrics are for administrators"}, request);
    }
    return text_response(metrics.text(), "text/plain; version=0.0.4; charset=utf-8");
  });
}

}  // namespace weike::server
