#include "server/net/websocket_session.hpp"

#include <utility>

namespace weike::server {
namespace {

namespace websocket = boost::beast::websocket;
using Failure = boost::system::error_code;

}  // namespace

WebSocketSession::WebSocketSession(Connection& connection, http::WebSocketLimits limits)
    : connection_(connection),
      stream_(ConnectionStream(connection)),
      outbox_(std::make_shared<WebSocketOutbox>(*this, connection.socket().get_executor(), limits,
                                                connection.thread().shared.observer)),
      drained_(connection.socket().get_executor(), Timer::time_point::max()) {
  stream_.auto_fragment(false);
  stream_.read_message_max(limits.message_bytes);
}

void WebSocketSession::work() {
  if (is_writing_ || sent_code_ != 0) return;
  if (auto message = outbox_->next()) {
    write(std::move(*message));
  } else if (const auto close = outbox_->closing()) {
    send_close(*close);
  }
}

void WebSocketSession::write(WebSocketOutbox::Message message) {
  is_writing_ = true;
  ++operations_;
  stream_.binary(message.kind == http::MessageKind::binary);
  const asio::const_buffer bytes = asio::buffer(*message.bytes);
  auto done = [this, held = std::move(message.bytes)](const Failure& failure, std::size_t) {
    is_writing_ = false;
    outbox_->sent(held->size());
    if (!failure) work();
    finish_operation();
  };
  stream_.async_write(bytes, std::move(done));
}

void WebSocketSession::send_close(const WebSocketOutbox::Close& close) {
  sent_code_ = close.code;
  ++operations_;
  // A client that does not answer is not waited for longer than for any last reply.
  connection_.deadline().enter(Phase::lingering);
  websocket::close_reason reason;
  reason.code = close.code;
  reason.reason.assign(close.reason.data(), close.reason.size());
  stream_.async_close(reason, [this](const Failure&) { finish_operation(); });
}

void WebSocketSession::keep_alive() {
  ConnectionStream& wire = stream_.next_layer();
  const bool is_heard = wire.take_heard();
  const bool is_stuck = !wire.take_moved() && (is_writing_ || is_pinging_);
  if (is_stuck || (awaits_answer_ && !is_heard)) {
    auto& observer = connection_.thread().shared.observer;
    observer.note(is_stuck ? NetEvent::deadline_write : NetEvent::deadline_websocket);
    return connection_.abort();
  }
  awaits_answer_ = is_listening_ && !is_heard;
  if (!is_heard && !is_pinging_) ping();
}

void WebSocketSession::ping() {
  is_pinging_ = true;
  ++operations_;
  stream_.async_ping({}, [this](const Failure&) {
    is_pinging_ = false;
    finish_operation();
  });
}

void WebSocketSession::stop() { outbox_->close(http::kCloseGoingAway, "the server is stopping"); }

void WebSocketSession::finish_operation() {
  --operations_;
  drained_.cancel();
}

Task<void> WebSocketSession::drain() {
  outbox_->end();
  while (operations_ > 0) co_await drained_.async_wait(kAwaitTuple);
}

}  // namespace weike::server
