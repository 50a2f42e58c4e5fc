#include "server/net/event_stream.hpp"

#include "server/net/signal.hpp"
#include "server/net/transfer.hpp"

#include <cerrno>

namespace weike::server {
namespace {

// False when the client has left. It has nothing to say while it listens.
bool drop_input(Connection& connection) {
  char scratch[512];
  constexpr int kMostReads = 32;  // Others have their turn too.
  for (int i = 0; i < kMostReads; ++i) {
    const ssize_t got = connection.transport().receive(scratch);
    if (got > 0) continue;
    return got < 0 && (errno == EAGAIN || errno == EINTR);
  }
  return true;
}

// A frame of its own, so that what only sending needs is not kept by thousands that wait.
Task<bool> send_news(Connection* connection, std::string news) {
  OutputQueue output;
  output.text() = std::move(news);
  const bool is_sent = co_await send_all(connection, &output, false);
  connection->deadline().enter(Phase::events);
  co_return is_sent;
}

Task<bool> wait_for_news(Connection* connection) {
  co_await connection->socket().async_wait(Socket::wait_read, kAwaitTuple);
  co_return connection->is_alive() && drop_input(*connection);
}

// What is to be sent now; empty: nothing. False at the end of the stream.
bool take_news(Connection& connection, http::EventSource& source, std::string& news) {
  std::optional<std::string> taken = source.take();
  if (!taken) return false;
  news = std::move(*taken);
  if (connection.take_heartbeat() && news.empty()) news = ":\n\n";
  return true;
}

}  // namespace

Task<void> send_events(Connection* connection, std::shared_ptr<http::EventSource> source) {
  Observer& observer = connection->thread().shared.observer;
  observer.note(NetEvent::listener_opened);
  Signal signal(connection->socket());
  source->on_ready(signal.trigger());
  connection->deadline().enter(Phase::events);
  std::string news;
  while (connection->is_alive() && !connection->thread().is_stopping) {
    if (!take_news(*connection, *source, news)) break;
    if (!news.empty()) {
      if (!co_await send_news(connection, std::move(news))) break;
    } else if (!signal.take() && !co_await wait_for_news(connection)) {
      break;
    }
  }
  source->on_ready([] {});
  observer.note(NetEvent::listener_closed);
}

}  // namespace weike::server
