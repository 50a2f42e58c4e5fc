#include "server/net/session.hpp"

#include "server/net/exchange.hpp"
#include "server/net/hot_lane.hpp"
#include "server/net/later_answer.hpp"
#include "server/net/request_body.hpp"
#include "server/net/tls/handshake.hpp"
#include "server/net/transfer.hpp"

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

// Does what the hot lane could not do without waiting. False when the connection is to close.
Task<bool> finish(Connection* connection) {
  const std::unique_ptr<Unfinished> rest = std::move(connection->unfinished());
  if (!co_await send_all(connection, &rest->output, false)) co_return false;
  if (rest->file && !co_await send_file(connection, &*rest->file)) co_return false;
  if (rest->exchange && !co_await serve_exchange(connection, rest->exchange.get())) {
    co_return false;
  }
  co_return !rest->close_after;
}

}  // namespace

Task<void> run_session(std::unique_ptr<Connection> connection) {
  bool has_input = false;
  bool is_welcome = true;
  if (connection->is_secure()) is_welcome = co_await shake_hands(connection.get());
  while (is_welcome && connection->is_alive()) {
    if (!has_input && !connection->transport().has_pending_input()) {
      co_await connection->socket().async_wait(Socket::wait_read, kAwaitTuple);
      if (!connection->is_alive()) break;
    }
    const Next next = serve_hot(*connection);
    if (next == Next::close) break;
    has_input = next != Next::wait;
    if (next == Next::again) {
      co_await asio::post(connection->socket().get_executor(), kAwait);
    } else if (next == Next::finish && !co_await finish(connection.get())) {
      break;
    }
    if (connection->thread().is_stopping && connection->leftover().empty()) break;
  }
  if (connection->is_secure()) co_await say_goodbye(connection.get());
  if (connection->must_linger() && connection->socket().is_open()) {
    co_await close_slowly(connection.get());
  }
}

}  // namespace weike::server
