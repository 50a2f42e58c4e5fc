#include "tests/server/engine_fixture.hpp"

namespace weike::server {
namespace {

using namespace std::chrono_literals;

// What the log and the metrics hear of a reply.
class ReplyRecordTest : public EngineTest {
 protected:
  // Of the reply that was read last: it was told of before it was sent.
  CountingObserver::Reply told() {
    const std::lock_guard lock(observer.mutex);
    return observer.last_reply;
  }
};

TEST_F(ReplyRecordTest, LateHandlerIsToldOfAsItsOwnRequest) {
  options.handler_deadline = 100ms;
  start();
  held_calls.hold();
  RawClient client = connect();
  client.send(get("/held?q=1"));

  const auto reply = client.read_reply();

  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 504);
  EXPECT_EQ(told().id, reply->fields.at("x-request-id"));
  EXPECT_EQ(told().target, "/held?q=1");
  EXPECT_EQ(told().lane, Lane::handler);
  EXPECT_EQ(told().body_bytes, reply->body.size());
  held_calls.let_go();
}

TEST_F(ReplyRecordTest, LateAnswerToHeadHasNoBody) {
  options.handler_deadline = 100ms;
  start();
  held_calls.hold();
  RawClient client = connect();
  client.send("HEAD /held HTTP/1.1\r\nHost: a\r\n\r\n");

  const auto reply = client.read_reply(true);

  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 504);
  EXPECT_TRUE(client.read_bytes(1).empty());
  held_calls.let_go();
}

TEST_F(ReplyRecordTest, TargetWithAHostIsToldInOriginForm) {
  start();
  for (const std::string path : {"/hot?big=no", "/hello?q=1"}) {
    RawClient client = connect();
    client.send("GET http://h" + path + " HTTP/1.1\r\nHost: a\r\n\r\n");

    ASSERT_TRUE(client.read_reply());

    EXPECT_EQ(told().target, path);
  }
}

TEST_F(ReplyRecordTest, BothLanesNameTheClientBehindAListedProxy) {
  options.trusted_proxies = {"127.0.0.1"};
  start();
  RawClient client = connect();
  for (const std::string path : {"/hot", "/hello"}) {
    client.send(get(path, "X-Forwarded-For: 203.0.113.9\r\n"));

    ASSERT_TRUE(client.read_reply());

    EXPECT_EQ(told().peer, "203.0.113.9") << path;
  }
}

TEST_F(ReplyRecordTest, RefusalIsToldOfWithoutWhatWasReadBefore) {
  options.trusted_proxies = {"127.0.0.1"};
  start();
  RawClient client = connect();
  client.send(get("/hot", "X-Forwarded-For: 203.0.113.9\r\n"));
  ASSERT_TRUE(client.read_reply());
  client.send("no request\r\n\r\n");

  const auto reply = client.read_reply();

  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 400);
  EXPECT_EQ(told().peer, "127.0.0.1");
  EXPECT_EQ(told().target, "");
  EXPECT_EQ(told().body_bytes, reply->body.size());
}

}  // namespace
}  // namespace weike::server
