#include "server/net/websocket.hpp"

#include "server/net/websocket_session.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>

#include <exception>
#include <utility>

namespace weike::server {
namespace {

namespace beast = boost::beast;
namespace websocket = beast::websocket;

// The part of the request that decides about the answer; the rest was checked.
beast::http::request<beast::http::empty_body> upgrade_request(const WebSocketStart& start) {
  beast::http::request<beast::http::empty_body> request(beast::http::verb::get, "/", 11);
  request.set(beast::http::field::host, "-");
  request.set(beast::http::field::connection, "upgrade");
  request.set(beast::http::field::upgrade, "websocket");
  request.set(beast::http::field::sec_websocket_version, "13");
  request.set(beast::http::field::sec_websocket_key, start.key);
  return request;
}

Task<bool> accept(Connection* connection, WebSocketSession* session, const WebSocketStart* start) {
  connection->deadline().enter(Phase::write);
  auto decorate = [id = start->request_id](websocket::response_type& response) {
    response.set("X-Request-Id", id);
    response.erase(beast::http::field::server);
  };
  session->stream().set_option(websocket::stream_base::decorator(std::move(decorate)));
  const auto request = upgrade_request(*start);
  const auto [failure] = co_await session->stream().async_accept(request, kAwaitTuple);
  co_return !failure;
}

// Calls the handler on the pool. False when it threw.
template <class Call>
Task<bool> call(SharedContext* shared, const WebSocketStart* start, Call call_handler) {
  auto guarded = [shared, start, run = std::move(call_handler)]() mutable {
    try {
      run();
      return true;
    } catch (const std::exception& failure) {
      shared->observer.on_failure(start->request_id, failure.what());
    } catch (...) {
      shared->observer.on_failure(start->request_id, "exception of an unknown type");
    }
    return false;
  };
  co_return co_await run_blocking(shared->pool, std::move(guarded));
}

// What the handler is told about the end (RFC 6455 §7.1.5).
std::uint16_t end_code(WebSocketSession& session, const boost::system::error_code& failure) {
  if (failure == websocket::error::closed) {
    const std::uint16_t code = session.stream().reason().code;
    return code == 0 ? std::uint16_t{websocket::close_code::no_status} : code;
  }
  if (session.sent_code() != 0) return session.sent_code();
  if (failure == websocket::error::message_too_big) return websocket::close_code::too_big;
  if (failure == websocket::condition::protocol_violation) return http::kCloseProtocolError;
  return http::kCloseBroken;
}

// One message after the other, until there are no more; how it ended.
Task<std::uint16_t> read_all(SharedContext* shared, WebSocketSession* session,
                             const WebSocketStart* start) {
  beast::flat_buffer buffer;
  http::WebSocketHandler* const handler = start->handler.get();
  while (true) {
    session->listen(true);
    const auto [failure, bytes] = co_await session->stream().async_read(buffer, kAwaitTuple);
    session->listen(false);
    if (failure) co_return end_code(*session, failure);
    const auto kind =
        session->stream().got_text() ? http::MessageKind::text : http::MessageKind::binary;
    std::string message(static_cast<const char*>(buffer.cdata().data()), buffer.size());
    buffer = {};  // A socket that waits holds no memory for messages.
    auto deliver = [handler, kind, text = std::move(message)]() mutable {
      handler->on_message(kind, std::move(text));
    };
    if (!co_await call(shared, start, std::move(deliver))) {
      session->outbox()->close(http::kCloseInternalError, "");
    }
  }
}

}  // namespace

Task<void> run_websocket(Connection* connection, std::shared_ptr<WebSocketStart> start) {
  SharedContext* const shared = &connection->thread().shared;
  http::WebSocketHandler* const handler = start->handler.get();
  WebSocketSession session(*connection, start->limits);
  if (!co_await accept(connection, &session, start.get())) {
    co_await session.drain();
    co_return;
  }
  shared->observer.note(NetEvent::websocket_opened);
  connection->deadline().enter(Phase::websocket);
  connection->let_to(&session);
  if (connection->thread().is_stopping) session.stop();

  auto open = [handler, outbox = session.outbox()] { handler->on_open(outbox); };
  if (!co_await call(shared, start.get(), std::move(open))) {
    session.outbox()->close(http::kCloseInternalError, "");
  }
  const std::uint16_t code = co_await read_all(shared, &session, start.get());

  connection->let_to(nullptr);
  if (code == http::kCloseBroken) connection->abort();
  // A write that is stuck ends with the connection.
  connection->deadline().enter(Phase::lingering);
  co_await session.drain();
  connection->linger_at_close();
  auto closed = [handler, code] { handler->on_close(code); };
  co_await call(shared, start.get(), std::move(closed));
  shared->observer.note(NetEvent::websocket_closed);
}

}  // namespace weike::server
