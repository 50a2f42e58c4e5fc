#include "server/net/exchange.hpp"

#include "api/http/problem.hpp"
#include "api/http/url.hpp"

#include <exception>
#include <new>

namespace weike::server {
namespace {

Error failure_of(const std::exception_ptr& thrown, SharedContext& shared,
                 const http::Request& request) {
  std::string what = "unknown exception";
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& failure) {
    what = failure.what();
  } catch (...) {
    what = "exception of an unknown type";
  }
  shared.observer.on_failure(request.request_id, what);
  return Error{ErrorCode::internal, what};
}

// Runs `call`; what it throws is logged and given to `otherwise` as an Error.
template <class Call, class Otherwise>
auto guarded(SharedContext& shared, const http::Request& request, Call call, Otherwise otherwise)
    -> decltype(call()) {
  try {
    return call();
  } catch (...) {
    return otherwise(failure_of(std::current_exception(), shared, request));
  }
}

void fill_peer(const Connection& connection, const SharedContext& shared, const ParsedHead& parsed,
               http::Request& request) {
  request.peer = connection.peer();
  request.is_secure = connection.is_secure();
  if (!connection.is_trusted()) return;
  Client client =
      shared.trusted.client_behind(parsed.fields, connection.peer(), connection.is_secure());
  request.peer = std::move(client.address);
  request.is_secure = client.is_secure;
}

void fill_headers(const ParsedHead& parsed, http::Headers& headers) {
  for (const HeadField& field : parsed.fields) {
    headers.add(std::string(field.name), std::string(field.value));
  }
  for (const ParsedHead::Joined& joined : parsed.joined) headers.set(joined.name, joined.value);
  if (!parsed.target_host.empty()) headers.set("Host", std::string(parsed.target_host));
}

// 501 for methods that this server knows nowhere, 405 for those that another resource has.
http::Response refuse_method(const http::Request& request) {
  const bool is_known = request.method != http::Method::other;
  const Error refused{ErrorCode::invalid_argument, "method refused",
                      is_known ? "method_not_allowed" : "method_not_implemented"};
  return http::problem(refused, request.language(), request.request_id, is_known ? 405 : 501);
}

}  // namespace

std::unique_ptr<Exchange> make_exchange(Connection& connection, const ParsedHead& parsed) {
  auto exchange = std::make_unique<Exchange>();
  http::Request& request = exchange->request;
  request.method = parsed.head.method;
  request.target = parsed.head.path;
  if (!parsed.head.query.empty()) request.target.append("?").append(parsed.head.query);
  if (request.target == "*") {
    request.path = "*";
  } else if (!http::read_target(request)) {
    return nullptr;
  }
  fill_headers(parsed, request.headers);
  ThreadContext& thread = connection.thread();
  fill_peer(connection, thread.shared, parsed, request);
  request.request_id = thread.ids.next();
  exchange->framing = parsed.framing;
  exchange->wire_method = parsed.wire_method;
  exchange->is_http_1_0 = parsed.is_http_1_0;
  exchange->keep_alive = parsed.keep_alive;
  exchange->body_is_consumed = !parsed.framing.has_body();
  exchange->started = std::chrono::steady_clock::now();
  return exchange;
}

void record_reply(Connection& connection, const Exchange& exchange, int status,
                  std::uint64_t bytes) {
  const auto taken = std::chrono::steady_clock::now() - exchange.started;
  connection.thread().shared.observer.on_reply(
      {.request_id = exchange.request.request_id,
       .method = exchange.request.method,
       // A signed path is known by its begin, whatever its escapes.
       .target = exchange.request.path.starts_with("/media/") ? exchange.request.path
                                                              : exchange.request.target,
       .peer = exchange.request.peer,
       .status = status,
       .body_bytes = bytes,
       .duration = std::chrono::duration_cast<std::chrono::microseconds>(taken),
       .lane = Lane::handler});
}

http::Response no_route_response(const http::Request& request,
                                 const std::vector<http::Method>& allowed) {
  if (request.method == http::Method::other) return refuse_method(request);
  // "*" is the server as a whole (RFC 9110 §9.3.7).
  constexpr std::string_view kAllMethods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
  const bool is_server = request.path == "*";
  if (allowed.empty() && !is_server) {
    return http::problem(Error{ErrorCode::not_found, "no route for " + request.path}, request);
  }
  std::string methods;
  for (const http::Method method : allowed) methods.append(http::name_of(method)).append(", ");
  methods += "OPTIONS";
  http::Response response;
  if (request.method == http::Method::options) {
    response.status = 204;
  } else {
    response = refuse_method(request);
  }
  response.headers.add("Allow", is_server ? std::string(kAllMethods) : std::move(methods));
  return response;
}

std::optional<http::Response> call_gate(SharedContext& shared, const http::Route& route,
                                        http::Request& request) {
  return guarded(
      shared, request, [&] { return shared.gatekeeper.admit(route, request); },
      [&](const Error& error) -> std::optional<http::Response> {
        return http::problem(error, request);
      });
}

http::Response call_handler(SharedContext& shared, const http::Route& route,
                            http::Request& request) {
  return guarded(
      shared, request, [&] { return route.handler(request); },
      [&](const Error& error) { return http::problem(error, request); });
}

http::StreamAnswer call_stream_handler(SharedContext& shared, const http::Route& route,
                                       http::Request& request) {
  return guarded(
      shared, request,
      [&]() -> http::StreamAnswer {
        std::optional<http::Response> refused = shared.gatekeeper.admit(route, request);
        if (refused) return std::move(*refused);
        return route.stream(request);
      },
      [&](const Error& error) -> http::StreamAnswer { return http::problem(error, request); });
}

http::WebSocketAnswer call_websocket_opener(SharedContext& shared, const http::Route& route,
                                            http::Request& request) {
  return guarded(
      shared, request,
      [&]() -> http::WebSocketAnswer {
        std::optional<http::Response> refused = shared.gatekeeper.admit(route, request);
        if (refused) return std::move(*refused);
        return route.websocket(request);
      },
      [&](const Error& error) -> http::WebSocketAnswer { return http::problem(error, request); });
}

Result<> call_write(SharedContext& shared, const http::Request& request, http::BodySink& sink,
                    std::span<const char> bytes) {
  return guarded(
      shared, request, [&] { return sink.write(std::as_bytes(bytes)); },
      [](const Error& error) -> Result<> { return error; });
}

http::Response call_finish(SharedContext& shared, const http::Request& request,
                           http::BodySink& sink, http::BodyEnd end) {
  return guarded(
      shared, request, [&] { return sink.finish(end); },
      [&](const Error& error) { return http::problem(error, request); });
}

http::Response call_answer(SharedContext& shared, const http::Request& request,
                           http::LaterAnswer& later) {
  auto answer = guarded(
      shared, request, [&] { return later.answer(); },
      [&](const Error& error) { return http::problem(error, request); });
  if (!std::holds_alternative<std::shared_ptr<http::LaterAnswer>>(answer.body)) return answer;
  const Error twice{ErrorCode::internal, "a later answer was late again"};
  shared.observer.on_failure(request.request_id, twice.message);
  return http::problem(twice, request);
}

Result<std::optional<http::PartsBody::Part>> call_next(SharedContext& shared,
                                                       const http::Request& request,
                                                       http::PartsBody& parts) {
  using Next = Result<std::optional<http::PartsBody::Part>>;
  bool is_logged = false;
  auto next = guarded(
      shared, request, [&] { return parts.next(); },
      [&](const Error& error) -> Next {
        is_logged = true;
        return error;
      });
  if (!next && !is_logged) shared.observer.on_failure(request.request_id, next.error().message);
  return next;
}

}  // namespace weike::server
