#pragma once

#include "api/http/message.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>

// WebSockets (RFC 6455) as a capability sees them. Free of sockets: a test calls a handler
// directly.
namespace weike::http {

enum class MessageKind { text, binary };

// Close codes (RFC 6455 §7.4.1).
constexpr std::uint16_t kCloseNormal = 1000;
constexpr std::uint16_t kCloseGoingAway = 1001;
constexpr std::uint16_t kCloseProtocolError = 1002;
constexpr std::uint16_t kCloseBroken = 1006;  // Never sent: the connection broke without a word.
constexpr std::uint16_t kClosePolicy = 1008;
constexpr std::uint16_t kCloseInternalError = 1011;
constexpr std::uint16_t kCloseTryAgain = 1013;  // Also: the client reads too slowly.

// What happens to a message for which a slow client's queue has no room.
enum class Overflow {
  close,  // The client is closed with 1013: it has missed something and shall begin anew.
  drop,   // The message is lost, the client stays: for news that the next one makes old.
};

struct WebSocketLimits {
  std::size_t message_bytes = std::size_t{64} * 1024;  // A longer one is closed with 1009.
  std::size_t queue_bytes = std::size_t{256} * 1024;   // What waits for one slow client.
  Overflow overflow = Overflow::close;
};

// One open WebSocket. Threads may share it; it may outlive its connection, and then does nothing.
class WebSocket {
 public:
  virtual ~WebSocket() = default;
  // Queues a message and returns at once. Text must be UTF-8. False when it was not taken: the
  // socket is closed or closing, or the queue had no room.
  virtual bool send(MessageKind kind, SharedBytes message) = 0;
  // Sends what is queued, then closes. `reason` is cut to 123 bytes.
  virtual void close(std::uint16_t code, std::string reason) = 0;
};

// What a capability does with one WebSocket. The calls run on the blocking pool, one at a time and
// in order; no message is read while one is being handled, so a fast client waits for a slow
// handler. An exception closes with 1011.
class WebSocketHandler {
 public:
  virtual ~WebSocketHandler() = default;
  virtual void on_open(std::shared_ptr<WebSocket> socket) = 0;
  virtual void on_message(MessageKind kind, std::string message) = 0;
  // Once, after the last message, whatever ended it: the client's code, 1005 if it gave none, or
  // 1006 if the connection broke.
  virtual void on_close(std::uint16_t code) = 0;
};

// Runs on the blocking pool behind the gate, before the upgrade is answered: a refusal, or who
// takes the socket over.
using WebSocketAnswer = std::variant<Response, std::unique_ptr<WebSocketHandler>>;
using WebSocketOpener = std::function<WebSocketAnswer(Request&)>;

}  // namespace weike::http
