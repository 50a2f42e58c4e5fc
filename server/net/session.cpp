#include "server/net/session.hpp"

#include "server/net/event_stream.hpp"
#include "server/net/exchange.hpp"
#include "server/net/hot_lane.hpp"
#include "server/net/later_answer.hpp"
#include "server/net/request_body.hpp"
#include "server/net/tls/handshake.hpp"
#include "server/net/transfer.hpp"
#include "server/net/websocket.hpp"
#include "server/net/websocket_upgrade.hpp"

namespace weike::server {
namespace {

// Not inlined: g++ 12 takes its frame for memory of another allocator then, and warns.
[[gnu::noinline]] Task<bool> serve_exchange(Connection* connection, Exchange* exchange) {
  const http::Router::Match match =
      connection->thread().shared.router.find(exchange->request.method, exchange->request.path);
  for (const auto& [name, value] : match.parameters) exchange->request.parameters[name] = value;
  std::optional<http::Response> response;
  if (match.route == nullptr) {
    co_await drop_short_body(connection, exchange);
    response = no_route_response(exchange->request, match.allowed);
  } else if (match.route->websocket) {
    response = co_await answer_upgrade(connection, exchange, match.route);
  } else if (match.route->stream) {
    response = co_await answer_streamed(connection, exchange, match.route);
  } else {
    response = co_await answer_whole(connection, exchange, match.route);
  }
  if (!response) co_return false;
  if (auto* later = std::get_if<std::shared_ptr<http::LaterAnswer>>(&response->body)) {
    response = co_await await_answer(connection, exchange, std::move(*later));
    if (!response) co_return false;
  }
  co_return co_await send_reply(connection, exchange, std::move(*response));
}

// Answers the request that the hot lane left to the handler lane. False when the connection is to
// close.
[[gnu::noinline]] Task<bool> finish(Connection* connection) {
  std::unique_ptr<Unfinished> rest = std::move(connection->unfinished());
  if (!co_await serve_exchange(connection, rest->exchange.get())) co_return false;
  const bool close_after = rest->close_after;
  connection->thread().spare.give_back(std::move(rest));
  co_return !close_after;
}

// What the last request began, if anything: it goes on when requests are over.
struct Sequel {
  std::shared_ptr<http::EventSource> events;
  std::shared_ptr<WebSocketStart> websocket;
};

Sequel take_sequel(Connection& connection) {
  const std::unique_ptr<Unfinished> rest = std::move(connection.unfinished());
  if (!rest) return {};
  return {std::move(rest->events), std::move(rest->websocket)};
}

}  // namespace

Task<void> run_session(std::unique_ptr<Connection> connection) {
  bool is_welcome = true;
  if (connection->is_secure()) {
    is_welcome = co_await shake_hands(connection.get());
    connection->thread().shared.observer.note(is_welcome ? NetEvent::handshake_done
                                                         : NetEvent::handshake_failed);
  }
  // Waiting is done here and not in coroutines of its own: their frames would be allocated anew.
  Next next = Next::wait;
  while (is_welcome && connection->is_alive()) {
    if (next == Next::wait && !connection->transport().has_pending_input()) {
      co_await connection->socket().async_wait(Socket::wait_read, kAwaitTuple);
    } else if (next == Next::wait_writable) {
      co_await connection->socket().async_wait(Socket::wait_write, kAwaitTuple);
    } else if (next == Next::fetch) {
      if (!co_await fetch_next(connection.get(), &*connection->unfinished()->file)) break;
    } else if (next == Next::finish) {
      if (!co_await finish(connection.get())) break;
    } else {
      // Others have their turn first.
      co_await asio::post(connection->socket().get_executor(), kAwait);
    }
    if (!connection->is_alive()) break;
    const bool has_rest = connection->unfinished() != nullptr;
    next = has_rest ? resume_hot(*connection) : serve_hot(*connection);
    if (next == Next::close) break;
    const bool is_idle = connection->leftover().empty() && !connection->unfinished();
    if (connection->thread().is_stopping && is_idle) break;
  }
  Sequel sequel = take_sequel(*connection);
  if (sequel.events) co_await send_events(connection.get(), std::move(sequel.events));
  if (sequel.websocket) co_await run_websocket(connection.get(), std::move(sequel.websocket));
  if (connection->is_secure()) co_await say_goodbye(connection.get());
  // Requests behind the last answer are never read; a reset for them must not take it away.
  const bool must_linger = connection->must_linger() || !connection->leftover().empty();
  if (must_linger && connection->socket().is_open()) {
    co_await close_slowly(connection.get());
  }
}

}  // namespace weike::server
