#pragma once

#include "api/http/websocket.hpp"
#include "tests/server/engine_fixture.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace weike::server {

// The example of RFC 6455 §1.3.
inline constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";
inline constexpr std::string_view kAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
inline constexpr int kText = 1;
inline constexpr int kBinary = 2;
inline constexpr int kClose = 8;
inline constexpr int kPing = 9;
inline constexpr int kPong = 10;

inline std::string upgrade(const std::string& more = "", std::string_view version = "13") {
  return "GET /socket HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: keep-alive, "
         "Upgrade\r\nSec-WebSocket-Key: " +
         std::string(kKey) + "\r\nSec-WebSocket-Version: " + std::string(version) + "\r\n" + more +
         "\r\n";
}

// A client's frame, masked with zeros: its bytes stay as they are.
inline std::string frame(int opcode, std::string_view payload, bool is_masked = true) {
  std::string bytes{static_cast<char>(0x80 | opcode)};
  const int mask = is_masked ? 0x80 : 0;
  if (payload.size() < 126) {
    bytes += static_cast<char>(mask | static_cast<int>(payload.size()));
  } else {
    // The shortest form alone is allowed.
    const bool is_long = payload.size() >= 65'536;
    bytes += static_cast<char>(mask | (is_long ? 127 : 126));
    for (int shift = is_long ? 56 : 8; shift >= 0; shift -= 8) {
      bytes += static_cast<char>((payload.size() >> shift) & 0xFF);
    }
  }
  if (is_masked) bytes.append(4, '\0');
  bytes += payload;
  return bytes;
}

inline std::string close_frame(int code) {
  const std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
  return frame(kClose, payload);
}

struct Frame {
  int opcode = -1;  // None came.
  std::string payload;
  int code() const {
    if (payload.size() < 2) return 0;
    return static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
  }
};

// From a client of either kind, plain or TLS.
template <class Client>
Frame read_frame(Client& client) {
  const std::string head = client.read_bytes(2);
  if (head.size() < 2) return {};
  std::size_t size = static_cast<unsigned char>(head[1]);
  const std::size_t more = size == 126 ? 2 : size == 127 ? 8 : 0;
  if (more > 0) {
    size = 0;
    for (const char byte : client.read_bytes(more))
      size = size << 8 | static_cast<unsigned char>(byte);
  }
  return {head[0] & 0x0F, client.read_bytes(size)};
}

// What a handler saw and was given.
struct Room {
  std::mutex mutex;
  std::shared_ptr<http::WebSocket> socket;
  std::vector<std::string> messages;
  std::optional<int> closed_with;
  bool throws = false;
  HeldCalls* holds = nullptr;  // Messages wait here.

  std::shared_ptr<http::WebSocket> open_socket() {
    const std::lock_guard lock(mutex);
    return socket;
  }
  std::optional<int> end() {
    const std::lock_guard lock(mutex);
    return closed_with;
  }
};

class EchoHandler : public http::WebSocketHandler {
 public:
  explicit EchoHandler(std::shared_ptr<Room> room) : room_(std::move(room)) {}

  void on_open(std::shared_ptr<http::WebSocket> socket) override {
    const std::lock_guard lock(room_->mutex);
    room_->socket = std::move(socket);
  }
  void on_message(http::MessageKind kind, std::string message) override {
    if (room_->holds != nullptr) room_->holds->wait();
    const std::lock_guard lock(room_->mutex);
    room_->messages.push_back(message);
    if (room_->throws) throw std::runtime_error("broken handler");
    room_->socket->send(kind, std::make_shared<const std::string>("echo " + message));
  }
  void on_close(std::uint16_t code) override {
    const std::lock_guard lock(room_->mutex);
    room_->closed_with = code;
  }

 private:
  std::shared_ptr<Room> room_;
};

class WebSocketTest : public EngineTest {
 protected:
  void start_with(http::WebSocketLimits limits = {}) {
    http::Route route;
    route.method = http::Method::get;
    route.pattern = "/socket";
    route.websocket_limits = limits;
    route.websocket = [this](http::Request&) -> http::WebSocketAnswer {
      return std::make_unique<EchoHandler>(room);
    };
    router.add(route);
    start();
  }
  // A client whose upgrade was answered.
  RawClient join(int receive_buffer_bytes = 0) {
    RawClient client(engine->port(), receive_buffer_bytes);
    client.send(upgrade());
    EXPECT_EQ(client.read_reply()->status, 101);
    EXPECT_TRUE(wait_until([&] { return room->open_socket() != nullptr; }));
    return client;
  }

  std::shared_ptr<Room> room = std::make_shared<Room>();
};

}  // namespace weike::server
