#include "api/events/event_routes.hpp"

#include <charconv>

namespace weike::events {
namespace {

// Anything but a number counts as none: the stream then simply begins with the present.
std::optional<std::uint64_t> last_event_id(const http::Request& request) {
  const auto text = request.headers.get("Last-Event-ID");
  if (!text) return std::nullopt;
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), id);
  if (error != std::errc{} || end != text->data() + text->size()) return std::nullopt;
  return id;
}

http::Response listen(EventBus& bus, const http::Request& request) {
  http::Response response;
  response.headers.set("Content-Type", "text/event-stream; charset=utf-8");
  response.headers.set("Cache-Control", "no-store");
  response.headers.set("X-Accel-Buffering", "no");  // nginx passes events on at once.
  response.body = bus.subscribe(request.viewer, last_event_id(request), request.session_key);
  return response;
}

}  // namespace

void add_routes(http::Router& router, EventBus& bus) {
  http::Route route;
  route.method = http::Method::get;
  route.pattern = "/api/v1/events";
  route.gate = http::Gate::signed_in;
  route.handler = [&bus](http::Request& request) { return listen(bus, request); };
  router.add(std::move(route));
}

}  // namespace weike::events
