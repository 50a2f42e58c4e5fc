#include "server/net/websocket_upgrade.hpp"

#include "api/http/field_list.hpp"
#include "api/http/problem.hpp"
#include "server/net/exchange.hpp"
#include "server/net/websocket.hpp"

#include <algorithm>
#include <string_view>

namespace weike::server {
namespace {

constexpr std::string_view kVersion = "13";
// 16 bytes in base64.
constexpr std::size_t kKeyLength = 24;

bool lists(const http::Request& request, std::string_view field, std::string_view token) {
  bool is_listed = false;
  for (const auto& [name, value] : request.headers.own_fields()) {
    if (!http::equal_ignoring_case(name, field)) continue;
    http::for_each_element(value, [&](std::string_view item) {
      is_listed = is_listed || http::equal_ignoring_case(item, token);
    });
  }
  return is_listed;
}

bool is_key(std::string_view key) {
  const auto is_base64 = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
  };
  return key.size() == kKeyLength && key.ends_with("==") &&
         std::all_of(key.begin(), key.end() - 2, is_base64);
}

// Browsers say which page asks, and send its cookies along whatever page that is; other clients say
// nothing.
bool is_foreign(const http::Request& request) {
  const auto origin = request.headers.get("Origin");
  if (!origin) return false;
  const std::size_t scheme = origin->find("://");
  if (scheme == std::string_view::npos) return true;  // "null": a sandboxed page.
  return !http::equal_ignoring_case(origin->substr(scheme + 3),
                                    request.headers.get("Host").value_or(""));
}

http::Response problem(const http::Request& request, ErrorCode code, const char* reason,
                       int status) {
  return http::problem(Error{code, "upgrade refused", reason}, request.language(),
                       request.request_id, status);
}

}  // namespace

std::optional<http::Response> refuse_upgrade(const http::Request& request) {
  const bool asks =
      lists(request, "Upgrade", "websocket") && lists(request, "Connection", "upgrade");
  if (!asks || request.headers.get("Sec-WebSocket-Version") != kVersion) {
    auto response = problem(request, ErrorCode::invalid_argument, "upgrade_required", 426);
    response.headers.add("Upgrade", "websocket");
    response.headers.add("Connection", "Upgrade");
    response.headers.add("Sec-WebSocket-Version", std::string(kVersion));
    return response;
  }
  if (!is_key(request.headers.get("Sec-WebSocket-Key").value_or(""))) {
    return problem(request, ErrorCode::invalid_argument, "bad_websocket_key", 400);
  }
  if (is_foreign(request)) return problem(request, ErrorCode::forbidden, "foreign_origin", 403);
  return std::nullopt;
}

Task<std::optional<http::Response>> answer_upgrade(Connection* connection, Exchange* exchange,
                                                   const http::Route* route) {
  // RFC 6455 §4.2.1 wants a GET of HTTP/1.1; a body would be taken for frames.
  const bool is_get = exchange->wire_method == http::Method::get && !exchange->is_http_1_0;
  if (!is_get || exchange->framing.has_body()) {
    co_return refusal_response(Refusal::malformed, exchange->request.language(),
                               exchange->request.request_id);
  }
  if (auto refused = refuse_upgrade(exchange->request)) co_return std::move(refused);
  connection->deadline().enter(Phase::handler);
  SharedContext& shared = connection->thread().shared;
  auto open = [&shared, route, exchange] {
    return call_websocket_opener(shared, *route, exchange->request);
  };
  http::WebSocketAnswer answer = co_await run_blocking(shared.pool, open);
  if (!connection->is_alive()) co_return std::nullopt;
  if (auto* response = std::get_if<http::Response>(&answer)) {
    co_return std::optional<http::Response>(std::move(*response));
  }
  auto start = std::make_shared<WebSocketStart>();
  start->handler = std::get<std::unique_ptr<http::WebSocketHandler>>(std::move(answer));
  start->limits = route->websocket_limits;
  start->request_id = exchange->request.request_id;
  start->key = exchange->request.headers.get("Sec-WebSocket-Key").value_or("");
  record_reply(*connection, *exchange, 101, 0);
  connection->unfinished() = connection->thread().spare.take();
  connection->unfinished()->websocket = std::move(start);
  co_return std::nullopt;
}

}  // namespace weike::server
