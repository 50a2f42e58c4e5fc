#include "tests/server/engine_fixture.hpp"

namespace weike::server {
namespace {

using namespace std::chrono_literals;

TEST_F(EngineTest, IdleConnectionIsClosed) {
  options.idle_deadline = 60ms;
  start();
  RawClient client = connect();

  EXPECT_TRUE(client.is_closed_within(2s));
}

TEST_F(EngineTest, HeadThatDribblesIsCutWith408) {
  options.head_deadline = 100ms;
  start();
  RawClient client = connect();
  for (const char c : std::string("GET /hello HT")) {
    client.send({&c, 1});
    std::this_thread::sleep_for(15ms);
  }

  const auto reply = client.read_reply();

  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 408);
  EXPECT_TRUE(client.is_closed_within(2s));
}

TEST_F(EngineTest, BodyBelowTheMinimumRateIsCutWith408) {
  options.rate_window = 100ms;
  start();
  RawClient client = connect();
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n");
  for (int i = 0; i < 12; ++i) {
    client.send("x");
    std::this_thread::sleep_for(15ms);
  }

  EXPECT_EQ(client.read_reply()->status, 408);
}

TEST_F(EngineTest, BodyThatKeepsTheMinimumRateMayTakeLong) {
  options.rate_window = 100ms;
  start();
  RawClient client = connect();
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4000\r\n\r\n");
  for (int i = 0; i < 40; ++i) {
    client.send(std::string(100, 'x'));
    std::this_thread::sleep_for(10ms);
  }

  EXPECT_EQ(client.read_reply()->body.size(), 4000U);
}

TEST_F(EngineTest, StalledUploadIsCutAndItsBytesAreKept) {
  options.rate_window = 150ms;
  start();
  RawClient client = connect();

  client.send("PUT /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc");

  EXPECT_EQ(upload->wait_for_end(), http::BodyEnd::cut);
  EXPECT_EQ(upload->bytes, "abc");
  EXPECT_EQ(client.read_reply()->status, 408);
}

TEST_F(EngineTest, ReaderThatStopsReadingIsCut) {
  options.rate_window = 100ms;
  file_bytes = 30'000'000;
  start();
  for (const std::string path : {"/file", "/hot-file", "/hot?big"}) {
    RawClient client(engine->port(), 16'384);
    std::string requests;
    for (int i = 0; i < 10; ++i) requests += "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n";
    client.send(requests);
    ASSERT_TRUE(wait_until([&] { return engine->connections() == 1; })) << path;

    EXPECT_TRUE(wait_until([&] { return engine->connections() == 0; })) << path;
  }
}

TEST_F(EngineTest, HandlerBeyondItsDeadlineIsAnsweredWith504) {
  options.handler_deadline = 80ms;
  held_calls.hold();
  start();
  RawClient client = connect();

  client.send("GET /held HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto reply = client.read_reply();
  held_calls.let_go();

  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 504);
  EXPECT_TRUE(client.is_closed_within(2s));
  EXPECT_TRUE(wait_until([&] { return engine->connections() == 0; }));
}

}  // namespace
}  // namespace weike::server
