// g++ 12 takes coroutine frames, which Asio allocates, for memory of another allocator where it
// does not inline both ends (-O1 with sanitizers).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif
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

#include <boost/asio/co_spawn.hpp>

namespace weike::server {
namespace {

class Session;
using Owner = std::unique_ptr<Session>;

void go_on(Owner session, Next next);

Task<bool> serve_exchange(Connection* connection, Exchange* exchange) {
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
Task<bool> finish(Connection* connection) {
  std::unique_ptr<Unfinished> rest = std::move(connection->unfinished());
  connection->serve(rest->exchange.get());
  const bool goes_on = co_await serve_exchange(connection, rest->exchange.get());
  connection->serve(nullptr);
  if (!goes_on) co_return false;
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

// A turn on the hot lane after whatever the connection waited for.
Next take_turn(Connection& connection) {
  if (!connection.is_alive()) return Next::close;
  const bool has_rest = connection.unfinished() != nullptr;
  const Next next = has_rest ? resume_hot(connection) : serve_hot(connection);
  const bool is_idle = connection.leftover().empty() && !connection.unfinished();
  return connection.thread().is_stopping && is_idle ? Next::close : next;
}

// The end of what is a request and answer, and of the connection.
Task<void> end_session(Connection* connection) {
  Sequel sequel = take_sequel(*connection);
  if (sequel.events) co_await send_events(connection, std::move(sequel.events));
  if (sequel.websocket) co_await run_websocket(connection, std::move(sequel.websocket));
  if (connection->is_secure()) co_await say_goodbye(connection);
  // Requests behind the last answer are never read; a reset for them must not take it away.
  const bool must_linger = connection->must_linger() || !connection->leftover().empty();
  if (must_linger && connection->socket().is_open()) co_await close_slowly(connection);
}

// A connection and what it waits for. An idle client is this and no coroutine.
class Session final : public Waiter {
 public:
  explicit Session(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
  Connection* connection() { return connection_.get(); }
  Socket& socket() { return connection_->socket(); }

  void on_wake(std::unique_ptr<Waiter> self, boost::system::error_code) override {
    Owner own(static_cast<Session*>(self.release()));
    const Next next = take_turn(*connection_);
    go_on(std::move(own), next);
  }

 private:
  std::unique_ptr<Connection> connection_;
};

// What the hot lane leaves to others: files that are not in memory, the handler lane, the end.
Task<void> run_slow(Owner session, Next next) {
  Connection* connection = session->connection();
  while (next == Next::fetch || next == Next::finish) {
    bool goes_on = false;
    if (next == Next::fetch) {
      goes_on = co_await fetch_next(connection, &*connection->unfinished()->file);
    } else {
      goes_on = co_await finish(connection);
    }
    next = goes_on ? take_turn(*connection) : Next::close;
    if (next == Next::finish) {  // Others have their turn first.
      connection->deadline().enter(Phase::handler);
      co_await asio::post(connection->socket().get_executor(), kAwait);
    }
  }
  if (next == Next::close) {
    co_await end_session(connection);
  } else {
    go_on(std::move(session), next);
  }
}

Task<void> welcome(Owner session) {
  Connection* connection = session->connection();
  const bool is_welcome = co_await shake_hands(connection);
  connection->thread().shared.observer.note(is_welcome ? NetEvent::handshake_done
                                                       : NetEvent::handshake_failed);
  if (is_welcome) {
    go_on(std::move(session), Next::wait);
  } else {
    co_await end_session(connection);
  }
}

void spawn(Connection& connection, Task<void> task) {
  SharedContext& shared = connection.thread().shared;
  asio::co_spawn(connection.socket().get_executor(), std::move(task),
                 [&shared](const std::exception_ptr& thrown) { report(shared, thrown); });
}

bool has_nothing_to_end(Connection& connection) {
  return !connection.is_secure() && !connection.unfinished() && !connection.must_linger() &&
         connection.leftover().empty();
}

void go_on(Owner session, Next next) {
  Connection& connection = *session->connection();
  const bool has_input = next == Next::wait && connection.transport().has_pending_input();
  if (next == Next::wait && !has_input) {
    connection.socket().wait(Socket::wait_read, std::move(session));
  } else if (next == Next::wait_writable) {
    connection.socket().wait(Socket::wait_write, std::move(session));
  } else if (next == Next::again || has_input) {
    connection.socket().wake_later(std::move(session));
  } else if (next != Next::close || !has_nothing_to_end(connection)) {
    spawn(connection, run_slow(std::move(session), next));
  }
}

}  // namespace

void report(SharedContext& shared, const std::exception_ptr& thrown) {
  if (!thrown) return;
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& failure) {
    shared.observer.on_failure("", failure.what());
  } catch (...) {
    shared.observer.on_failure("", "exception of an unknown type");
  }
}

void begin_session(std::unique_ptr<Connection> connection) {
  Connection& own = *connection;
  auto session = std::make_unique<Session>(std::move(connection));
  if (own.is_secure()) {
    spawn(own, welcome(std::move(session)));
  } else {
    // Most clients have asked by now.
    go_on(std::move(session), take_turn(own));
  }
}

}  // namespace weike::server
