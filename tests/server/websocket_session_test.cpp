#include "tests/server/websocket_fixture.hpp"

namespace weike::server {
namespace {

using namespace std::chrono_literals;
using http::MessageKind;

class WebSocketSessionTest : public WebSocketTest {};

TEST_F(WebSocketSessionTest, MessagesOfBothKindsAreEchoedInOrder) {
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

TEST_F(WebSocketSessionTest, MessageBeyondTheLimitIsClosedWith1009) {
  start_with({.message_bytes = 1000});
  RawClient client = join();

  client.send(frame(kText, std::string(1001, 'x')));

  const Frame last = read_frame(client);
  EXPECT_EQ(last.opcode, kClose);
  EXPECT_EQ(last.code(), 1009);
  EXPECT_TRUE(wait_until([&] { return room->end() == 1009; }));
  EXPECT_TRUE(room->messages.empty());
}

TEST_F(WebSocketSessionTest, FrameWithoutMaskIsClosedWith1002) {
  start_with();
  RawClient client = join();

  client.send(frame(kText, "bare", false));

  EXPECT_EQ(read_frame(client).code(), 1002);
  EXPECT_TRUE(wait_until([&] { return room->end() == 1002; }));
}

TEST_F(WebSocketSessionTest, CloseIsAnsweredAndTheHandlerHearsTheCode) {
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

TEST_F(WebSocketSessionTest, ClientThatVanishesIs1006) {
  start_with();
  RawClient client = join();

  client.reset();

  EXPECT_TRUE(wait_until([&] { return room->end() == 1006; }));
  EXPECT_FALSE(room->socket->send(MessageKind::text, std::make_shared<const std::string>("x")));
  EXPECT_TRUE(wait_until([&] { return observer.count(NetEvent::websocket_closed) == 1; }));
}

TEST_F(WebSocketSessionTest, HandlerClosesBehindWhatItSent) {
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

TEST_F(WebSocketSessionTest, ClientThatDoesNotAnswerACloseIsCut) {
  start_with();
  RawClient client = join();

  room->socket->close(1000, "");

  EXPECT_EQ(read_frame(client).opcode, kClose);
  EXPECT_TRUE(wait_until([&] { return engine->connections() == 0; }));
}

TEST_F(WebSocketSessionTest, HandlerThatThrowsClosesWith1011) {
  room->throws = true;
  start_with();
  RawClient client = join();

  client.send(frame(kText, "x"));

  EXPECT_EQ(read_frame(client).code(), 1011);
  EXPECT_THAT(observer.failures, testing::ElementsAre("broken handler"));
}

TEST_F(WebSocketSessionTest, StopSays1001) {
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

// The second ping comes instead of the cut that a first one without an answer would bring.
TEST_F(WebSocketSessionTest, QuietClientIsPingedAndStaysWhileItAnswers) {
  options.websocket_ping = 500ms;
  start_with();
  RawClient client = join();
  for (int i = 0; i < 2; ++i) {
    const Frame ping = read_frame(client);
    ASSERT_EQ(ping.opcode, kPing);
    client.send(frame(kPong, ping.payload));
  }

  client.send(frame(kText, "here"));

  Frame next = read_frame(client);
  while (next.opcode == kPing) next = read_frame(client);
  EXPECT_EQ(next.payload, "echo here");
  EXPECT_EQ(observer.count(NetEvent::deadline_websocket), 0U);
}

TEST_F(WebSocketSessionTest, ClientThatAnswersNoPingIsCut) {
  options.websocket_ping = 40ms;
  start_with();
  RawClient client = join();

  EXPECT_TRUE(wait_until([&] { return room->end() == 1006; }));
  EXPECT_EQ(observer.count(NetEvent::deadline_websocket), 1U);
}

TEST_F(WebSocketSessionTest, SlowClientsQueueIsBoundedAndItIsClosed) {
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

TEST_F(WebSocketSessionTest, DroppingQueueKeepsTheSlowClient) {
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

TEST_F(WebSocketSessionTest, HandlerThatTakesLongDoesNotCostTheConnection) {
  options.websocket_ping = 40ms;
  room->holds = &held_calls;
  start_with();
  RawClient client = join();
  held_calls.hold();
  client.send(frame(kText, "slow"));
  ASSERT_TRUE(held_calls.wait_for_call());

  // Nobody hears the answers meanwhile; three times in vain would be the end of a silent client.
  for (int i = 0; i < 4; ++i) EXPECT_EQ(read_frame(client).opcode, kPing);
  held_calls.let_go();

  Frame answer = read_frame(client);
  while (answer.opcode == kPing) answer = read_frame(client);
  EXPECT_EQ(answer.payload, "echo slow");
}

}  // namespace
}  // namespace weike::server
