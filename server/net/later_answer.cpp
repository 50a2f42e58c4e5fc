#include "server/net/later_answer.hpp"

#include "server/net/exchange.hpp"
#include "server/net/signal.hpp"

#include <array>
#include <cerrno>

namespace weike::server {
namespace {

// Requests that come behind the one that waits are kept up to this; the rest stays in the kernel.
bool has_room(Connection& connection) {
  return connection.leftover().size() < connection.thread().options().head_limit_bytes;
}

// Takes what has come off the socket, or its readiness would never end. False when the client has
// left. One that only ended its side looks the same, and players do not do that.
bool keep_input(Connection& connection) {
  std::array<char, 4096> bytes;
  while (has_room(connection)) {
    const ssize_t got = connection.transport().receive(bytes);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno == EAGAIN;
    if (got == 0) return false;
    connection.leftover().append(bytes.data(), static_cast<std::size_t>(got));
  }
  return true;
}

// Until something may have changed. False when the client has left.
Task<bool> wait_for_change(Connection* connection) {
  if (has_room(*connection)) {
    co_await connection->socket().async_wait(Socket::wait_read, kAwaitTuple);
    co_return connection->is_alive() && keep_input(*connection);
  }
  // Without room to read only a reset can be seen. A wake-up looks like an abort.
  const auto [failure] = co_await connection->socket().async_wait(Socket::wait_error, kAwaitTuple);
  co_return connection->is_alive() && failure == asio::error::operation_aborted;
}

}  // namespace

Task<std::optional<http::Response>> await_answer(Connection* connection, Exchange* exchange,
                                                 std::shared_ptr<http::LaterAnswer> later) {
  ThreadContext& thread = connection->thread();
  Signal signal(connection->socket());
  Timer patience(connection->socket().get_executor(), later->patience());
  patience.async_wait([wake = signal.trigger()](const boost::system::error_code& cancelled) {
    if (!cancelled) wake();
  });
  connection->deadline().enter(Phase::waiting);
  later->on_ready(signal.trigger());
  while (!signal.is_raised() && !thread.is_stopping) {
    if (!co_await wait_for_change(connection)) co_return std::nullopt;
  }
  connection->deadline().enter(Phase::handler);
  auto answer = [&] {
    http::Response response = call_answer(thread.shared, exchange->request, *later);
    later.reset();
    return response;
  };
  http::Response response = co_await run_blocking(thread.shared.pool, answer);
  if (!connection->is_alive()) co_return std::nullopt;
  co_return std::optional<http::Response>(std::move(response));
}

}  // namespace weike::server
