#include "api/http/websocket.hpp"

#include "tests/server/engine_fixture.hpp"

#include <deque>

namespace weike::server {
namespace {

using namespace std::chrono_literals;
using http::MessageKind;
using testing::HasSubstr;

// The example of RFC 6455 §1.3.
constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view kAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
constexpr int kText = 1;
constexpr int kBinary = 2;
constexpr int kClose = 8;
constexpr int kPing = 9;
constexpr int kPong = 10;

std::string upgrade(const std::string& more = "", std::string_view version = "13") {
  return "GET /socket HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: keep-alive, "
         "Upgrade\r\nSec-WebSocket-Key: " +
         std::string(kKey) + "\r\nSec-WebSocket-Version: " + std::string(version) + "\r\n" + more +
         "\r\n";
}

// A client's frame, masked with zeros: its bytes stay as they are.
std::string frame(int opcode, std::string_view payload, bool is_masked = true) {
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

std::string close_frame(int code) {
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

Frame read_frame(RawClient& client) {
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
  void on_message(MessageKind kind, std::string message) override {
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

TEST_F(WebSocketTest, UpgradeIsAnsweredAsTheStandardsExampleDemands) {
  start_with();
  RawClient client = connect();

  client.send(upgrade());
  const auto reply = client.read_reply();

  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 101);
  EXPECT_EQ(reply->fields.at("sec-websocket-accept"), kAccept);
  EXPECT_EQ(reply->fields.at("upgrade"), "websocket");
  EXPECT_EQ(reply->fields.at("x-request-id").size(), 16U);
}

TEST_F(WebSocketTest, MessagesOfBothKindsAreEchoedInOrder) {
  start_with();
  RawClient client = join();

  client.send(frame(kText, "讲课") + frame(kBinary, "\x01\xFF") +
              frame(kText, std::string(300, 'x')));

  const Frame first = read_frame(client);
  EXPECT_EQ(first.opcode, kText);
  EXPECT_EQ(first.payload, "echo 讲课");
  const Frame second = read_frame(client);
  EXPECT_EQ(second.opcode, kBinary);
  EXPECT_EQ(second.payload, "echo \x01\xFF");
  EXPECT_EQ(read_frame(client).payload, "echo " + std::string(300, 'x'));
}

TEST_F(WebSocketTest, FrameThatComesWithTheUpgradeIsNotLost) {
  start_with();
  RawClient client = connect();

  client.send(upgrade() + frame(kText, "early"));

  EXPECT_EQ(client.read_reply()->status, 101);
  EXPECT_EQ(read_frame(client).payload, "echo early");
}

TEST_F(WebSocketTest, WhatIsNoUpgradeOfVersion13IsToldWhatWouldBe) {
  start_with();
  for (const std::string& request :
       {upgrade("", "8"), std::string("GET /socket HTTP/1.1\r\nHost: a\r\n\r\n")}) {
    RawClient client = connect();

    client.send(request);
    const auto reply = client.read_reply();

    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 426);
    EXPECT_EQ(reply->fields.at("upgrade"), "websocket");
    EXPECT_EQ(reply->fields.at("sec-websocket-version"), "13");
    EXPECT_THAT(reply->body, HasSubstr("upgrade_required"));
  }
}

TEST_F(WebSocketTest, KeyThatIsNoneIsRefused) {
  start_with();
  RawClient client = connect();
  std::string request = upgrade();
  request.replace(request.find(kKey), kKey.size(), "c2hvcnQ=");

  client.send(request);

  EXPECT_EQ(client.read_reply()->status, 400);
}

TEST_F(WebSocketTest, OnlyPagesOfThisOriginMayUpgrade) {
  start_with();
  const std::pair<const char*, int> rows[] = {
      {"http://a", 101}, {"https://A", 101},     {"http://evil.example", 403},
      {"null", 403},     {"http://a:8080", 403}, {"http://a.evil.example", 403},
  };
  for (const auto& [origin, status] : rows) {
    RawClient client = connect();
    client.send(upgrade("Origin: " + std::string(origin) + "\r\n"));
    EXPECT_EQ(client.read_reply()->status, status) << origin;
  }
}

TEST_F(WebSocketTest, GateIsAskedBeforeTheUpgrade) {
  gate.refuses_with = 401;
  start_with();
  RawClient client = connect();

  client.send(upgrade());

  EXPECT_EQ(client.read_reply()->status, 401);
  EXPECT_EQ(observer.count(NetEvent::websocket_opened), 0U);
}

TEST_F(WebSocketTest, MessageBeyondTheLimitIsClosedWith1009) {
  start_with({.message_bytes = 1000});
  RawClient client = join();

  client.send(frame(kText, std::string(1001, 'x')));

  const Frame last = read_frame(client);
  EXPECT_EQ(last.opcode, kClose);
  EXPECT_EQ(last.code(), 1009);
  EXPECT_TRUE(wait_until([&] { return room->end() == 1009; }));
  EXPECT_TRUE(room->messages.empty());
}

TEST_F(WebSocketTest, FrameWithoutMaskIsClosedWith1002) {
  start_with();
  RawClient client = join();

  client.send(frame(kText, "bare", false));

  EXPECT_EQ(read_frame(client).code(), 1002);
  EXPECT_TRUE(wait_until([&] { return room->end() == 1002; }));
}

TEST_F(WebSocketTest, CloseIsAnsweredAndTheHandlerHearsTheCode) {
  start_with();
  RawClient client = join();

  client.send(close_frame(1000));

  const Frame answer = read_frame(client);
  EXPECT_EQ(answer.opcode, kClose);
  EXPECT_EQ(answer.code(), 1000);
  EXPECT_TRUE(client.is_closed_within(2s));
  EXPECT_TRUE(wait_until([&] { return room->end() == 1000; }));
  EXPECT_TRUE(wait_until([&] { return engine->connections() == 0; }));
}

TEST_F(WebSocketTest, ClientThatVanishesIs1006) {
  start_with();
  RawClient client = join();

  client.reset();

  EXPECT_TRUE(wait_until([&] { return room->end() == 1006; }));
  EXPECT_FALSE(room->socket->send(MessageKind::text, std::make_shared<const std::string>("x")));
  EXPECT_TRUE(wait_until([&] { return observer.count(NetEvent::websocket_closed) == 1; }));
}

TEST_F(WebSocketTest, HandlerClosesBehindWhatItSent) {
  start_with();
  RawClient client = join();

  room->socket->send(MessageKind::text, std::make_shared<const std::string>("last words"));
  room->socket->close(4000, "enough");

  EXPECT_EQ(read_frame(client).payload, "last words");
  const Frame last = read_frame(client);
  EXPECT_EQ(last.code(), 4000);
  EXPECT_EQ(last.payload.substr(2), "enough");
  client.send(close_frame(4000));
  EXPECT_TRUE(client.is_closed_within(2s));
}

TEST_F(WebSocketTest, ClientThatDoesNotAnswerACloseIsCut) {
  start_with();
  RawClient client = join();

  room->socket->close(1000, "");

  EXPECT_EQ(read_frame(client).opcode, kClose);
  EXPECT_TRUE(wait_until([&] { return engine->connections() == 0; }));
}

TEST_F(WebSocketTest, HandlerThatThrowsClosesWith1011) {
  room->throws = true;
  start_with();
  RawClient client = join();

  client.send(frame(kText, "x"));

  EXPECT_EQ(read_frame(client).code(), 1011);
  EXPECT_THAT(observer.failures, testing::ElementsAre("broken handler"));
}

TEST_F(WebSocketTest, StopSays1001) {
  start_with();
  RawClient client = join();

  std::thread stopper([&] { engine->stop(); });
  const Frame last = read_frame(client);
  client.send(close_frame(1001));
  stopper.join();

  EXPECT_EQ(last.code(), 1001);
  EXPECT_TRUE(room->end());
  // A handle that outlives the engine does nothing.
  EXPECT_FALSE(room->socket->send(MessageKind::text, std::make_shared<const std::string>("x")));
  room->socket->close(1000, "");
}

TEST_F(WebSocketTest, QuietClientIsPingedAndStaysWhileItAnswers) {
  options.websocket_ping = 40ms;
  start_with();
  RawClient client = join();
  for (int i = 0; i < 5; ++i) {
    const Frame ping = read_frame(client);
    ASSERT_EQ(ping.opcode, kPing);
    client.send(frame(kPong, ping.payload));
  }

  client.send(frame(kText, "here"));

  Frame next = read_frame(client);
  while (next.opcode == kPing) next = read_frame(client);
  EXPECT_EQ(next.payload, "echo here");
}

TEST_F(WebSocketTest, ClientThatAnswersNoPingIsCut) {
  options.websocket_ping = 40ms;
  start_with();
  RawClient client = join();

  EXPECT_TRUE(wait_until([&] { return room->end() == 1006; }));
  EXPECT_EQ(observer.count(NetEvent::deadline_websocket), 1U);
}

TEST_F(WebSocketTest, SlowClientsQueueIsBoundedAndItIsClosed) {
  start_with({.queue_bytes = 500'000});
  RawClient client = join(4096);
  const auto big = std::make_shared<const std::string>(100'000, 'x');
  int taken = 0;

  // The kernel's buffers take some megabytes first.
  while (taken < 1000 && room->socket->send(MessageKind::binary, big)) ++taken;

  EXPECT_LT(taken, 1000);
  EXPECT_EQ(observer.count(NetEvent::websocket_overflow), 1U);
  Frame next = read_frame(client);
  while (next.opcode == kBinary) next = read_frame(client);
  EXPECT_EQ(next.code(), 1013);
}

TEST_F(WebSocketTest, DroppingQueueKeepsTheSlowClient) {
  start_with({.queue_bytes = 500'000, .overflow = http::Overflow::drop});
  RawClient client = join(4096);
  const auto big = std::make_shared<const std::string>(100'000, 'x');
  int taken = 0;
  while (taken < 1000 && room->socket->send(MessageKind::binary, big)) ++taken;
  ASSERT_LT(taken, 1000);

  for (int i = 0; i < taken; ++i) EXPECT_EQ(read_frame(client).payload.size(), big->size());

  EXPECT_TRUE(wait_until([&] {
    return room->socket->send(MessageKind::text, std::make_shared<const std::string>("again"));
  }));
  EXPECT_EQ(read_frame(client).payload, "again");
}

}  // namespace
}  // namespace weike::server
