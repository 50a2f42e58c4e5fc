#include "tests/server/engine_fixture.hpp"

namespace weike::server {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const std::string kGetEvents = "GET /events HTTP/1.1\r\nHost: a\r\n\r\n";

TEST_F(EngineTest, EventsArriveAsTheyAreFed) {
  start();
  source->feed("data: first\n\n");
  RawClient client = connect();
  client.send(kGetEvents);
  const std::string begin = client.read_until("data: first\n\n");

  source->feed("data: second\n\n");

  EXPECT_THAT(begin, HasSubstr("Content-Type: text/event-stream"));
  EXPECT_THAT(begin, HasSubstr("Connection: close"));
  EXPECT_EQ(client.read_until("data: second\n\n"), "data: second\n\n");
}

TEST_F(EngineTest, QuietStreamGetsHeartbeats) {
  options.event_heartbeat = 50ms;
  start();
  RawClient client = connect();

  client.send(kGetEvents);

  EXPECT_THAT(client.read_until(":\n\n:\n\n"), HasSubstr(":\n\n"));
}

TEST_F(EngineTest, EndOfTheSourceClosesTheStream) {
  start();
  RawClient client = connect();
  client.send(kGetEvents);
  client.read_until("\r\n\r\n");

  source->end();

  EXPECT_TRUE(client.is_closed_within(2s));
}

TEST_F(EngineTest, ListenerThatLeavesIsNoticedAtOnce) {
  start();
  RawClient client = connect();
  client.send(kGetEvents);
  client.read_until("\r\n\r\n");

  client.close();

  EXPECT_TRUE(wait_until([&] { return engine->connections() == 0; }));
  source->feed("data: nobody\n\n");
}

TEST_F(EngineTest, StopEndsListeners) {
  start();
  RawClient client = connect();
  client.send(kGetEvents);
  client.read_until("\r\n\r\n");

  engine->stop();

  EXPECT_TRUE(client.is_closed_within(2s));
}

}  // namespace
}  // namespace weike::server
