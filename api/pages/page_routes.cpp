#include "api/pages/page_routes.hpp"

#include "api/http/problem.hpp"

#include <utility>

namespace weike::pages {
namespace {

http::Response not_found(const http::Request& request) {
  return http::problem(Error{ErrorCode::not_found, "no page at " + request.path}, request);
}

http::Route open_route(http::Method method, std::string pattern, http::Handler handler) {
  http::Route route;
  route.method = method;
  route.pattern = std::move(pattern);
  route.gate = http::Gate::open;
  route.handler = std::move(handler);
  return route;
}

}  // namespace

void add_routes(http::Router& router, const StaticSite& site) {
  using http::Method;
  for (const Method method : {Method::get, Method::post, Method::put, Method::patch, Method::del}) {
    router.add(open_route(method, "/api/{path*}", not_found));
  }

  const http::Handler handler = [&site](http::Request& request) {
    const PageRequest page{request.path, request.headers.get("Accept-Encoding").value_or(""),
                           request.method, http::conditions_of(request.headers)};
    std::optional<http::Response> response = site.answer(page);
    return response ? std::move(*response) : not_found(request);
  };
  const http::HotHandler hot = [&site](const http::RequestHead& head) {
    return site.answer({head.path, head.accept_encoding, head.method, http::conditions_of(head)});
  };
  for (const char* pattern : {"/", "/{path*}"}) {
    http::Route route = open_route(Method::get, pattern, handler);
    route.hot = hot;
    router.add(std::move(route));
  }
}

}  // namespace weike::pages
