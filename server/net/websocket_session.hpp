#pragma once

#include "server/net/connection_stream.hpp"
#include "server/net/websocket.hpp"
#include "server/net/websocket_outbox.hpp"

#include <boost/beast/websocket/stream.hpp>

#include <cstdint>
#include <memory>

namespace weike::server {

// The sending side of one WebSocket on its connection's thread: messages of the outbox one after
// the other, pings when it is quiet, the close frame. Outlives every operation: see `drain`.
class WebSocketSession final : public Tenant {
 public:
  using Stream = boost::beast::websocket::stream<ConnectionStream, false>;

  WebSocketSession(Connection& connection, http::WebSocketLimits limits);
  // Nobody is told of it any more.
  ~WebSocketSession() override { outbox_->end(); }
  WebSocketSession(const WebSocketSession&) = delete;
  WebSocketSession& operator=(const WebSocketSession&) = delete;

  Stream& stream() { return stream_; }
  const std::shared_ptr<WebSocketOutbox>& outbox() const { return outbox_; }

  // Sends what waits, if nothing is being sent.
  void work();
  // Whether a read is under way: while our own handler works, nobody hears the client.
  void listen(bool is_listening) {
    is_listening_ = is_listening;
    awaits_answer_ = false;
  }
  // A client that neither sent a byte nor took one since the last ping is gone.
  void keep_alive() override;
  void stop() override;
  // The code of the close frame this side sent; 0: none.
  std::uint16_t sent_code() const { return sent_code_; }
  // Until no operation uses the stream. Nothing new begins.
  Task<void> drain();

 private:
  void write(WebSocketOutbox::Message message);
  void send_close(const WebSocketOutbox::Close& close);
  void ping();
  void finish_operation();

  Connection& connection_;
  Stream stream_;
  std::shared_ptr<WebSocketOutbox> outbox_;
  Timer drained_;
  int operations_ = 0;
  bool is_writing_ = false;
  bool is_pinging_ = false;     // The frame is on its way,
  bool awaits_answer_ = false;  // or the answer to it.
  bool is_listening_ = false;
  std::uint16_t sent_code_ = 0;
};

}  // namespace weike::server
