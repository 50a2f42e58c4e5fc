#include "tests/server/engine_fixture.hpp"

namespace weike::server {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

const std::string kGetHello = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string kGetHot = "GET /hot HTTP/1.1\r\nHost: a\r\n\r\n";

// Waits on the I/O thread while the test holds it.
http::Route held_on_hot_lane(std::string pattern, HeldCalls& calls) {
  http::Route route;
  route.method = http::Method::get;
  route.pattern = std::move(pattern);
  route.gate = http::Gate::open;
  route.handler = [](http::Request&) { return http::Response{}; };
  route.hot = [&calls](const http::RequestHead&) {
    calls.wait();
    return std::optional<http::Response>(std::in_place);
  };
  return route;
}

TEST_F(EngineTest, RepliesCarryDateLengthAndRequestId) {
  start();
  RawClient client = connect();

  client.send(kGetHello);
  const auto reply = client.read_reply();

  ASSERT_TRUE(reply);
  EXPECT_THAT(reply->fields.at("date"), HasSubstr(" GMT"));
  EXPECT_EQ(reply->fields.at("content-length"), "5");
  EXPECT_EQ(reply->fields.at("x-request-id").size(), 16U);
  EXPECT_FALSE(reply->fields.contains("connection"));
}

TEST_F(EngineTest, ManyPipelinedHotRequestsOverfillTheSocketAndStayInOrder) {
  start();
  RawClient client(engine->port(), 8192);
  std::string requests;
  for (int i = 0; i < 20; ++i) requests += "GET /hot?big HTTP/1.1\r\nHost: a\r\n\r\n" + kGetHot;

  client.send(requests);

  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(client.read_reply()->body.size(), 2'000'000U);
    EXPECT_EQ(client.read_reply()->body, "hhhhhh");
  }
}

class BatchTest : public EngineTest {
 protected:
  BatchTest() {
    router.add(held_on_hot_lane("/held-first", held_calls));
    router.add(held_on_hot_lane("/held-last", last_));
  }

  // The client of a request that came while another one was at work, and whose turn came right
  // before that of a third. `look` sees it while the third one is at work.
  RawClient ask_in_a_batch(const std::string& target, const std::function<void(RawClient&)>& look) {
    RawClient first = known_client();
    RawClient client = known_client();
    RawClient last = known_client();
    held_calls.hold();
    last_.hold();
    first.send(get("/held-first"));
    EXPECT_TRUE(held_calls.wait_for_call());
    client.send(get(target));
    last.send(get("/held-last"));
    held_calls.let_go();
    EXPECT_TRUE(last_.wait_for_call());
    look(client);
    last_.let_go();
    EXPECT_EQ(first.read_reply()->status, 200);
    EXPECT_EQ(last.read_reply()->status, 200);
    return client;
  }

 private:
  // Its connection is accepted and waited for: the kernel tells of its requests in their order.
  RawClient known_client() {
    RawClient client = connect();
    client.send(kGetHot);
    EXPECT_EQ(client.read_reply()->body, "hhhhhh");
    return client;
  }

  HeldCalls last_;
};

// One kind of work for many clients, then the other.
TEST_F(BatchTest, RepliesLeaveWhenAllRequestsAreRead) {
  start();

  RawClient client = ask_in_a_batch(
      "/hot", [](RawClient& waiting) { EXPECT_EQ(waiting.read_until("hhhhhh", 0ms), ""); });

  EXPECT_EQ(client.read_reply()->body, "hhhhhh");
}

// They would fall out of the caches before they are sent.
TEST_F(BatchTest, LargeRepliesLeaveAtOnce) {
  auto large = held_on_hot_lane("/large", held_calls);
  large.hot = [](const http::RequestHead&) {
    http::Response response;
    response.body = std::string(20'000, 'l');
    return std::optional(std::move(response));
  };
  router.add(large);
  start();

  for (int i = 0; i < 20; ++i) {
    ask_in_a_batch("/large", [](RawClient& client) {
      const auto reply = client.read_reply();
      ASSERT_TRUE(reply);
      EXPECT_EQ(reply->body.size(), 20'000U);
    });
  }
}

TEST_F(EngineTest, HotMissFallsBackToTheHandler) {
  start();
  RawClient client = connect();

  client.send("GET /hot?miss HTTP/1.1\r\nHost: a\r\n\r\n");

  EXPECT_EQ(client.read_reply()->body, "cold");
}

TEST_F(EngineTest, OverriddenPostIsRoutedAsThatMethod) {
  start();
  RawClient client = connect();

  client.send(
      "POST /patched HTTP/1.1\r\nHost: a\r\nX-HTTP-Method-Override: PATCH\r\n"
      "Content-Length: 0\r\n\r\n");
  EXPECT_EQ(client.read_reply()->body, "patched");
  client.send("GET /patched HTTP/1.1\r\nHost: a\r\nX-HTTP-Method-Override: PATCH\r\n\r\n");
  EXPECT_EQ(client.read_reply()->status, 405);
}

TEST_F(EngineTest, ThrowingHandlerIsA500WithoutItsReason) {
  start();
  RawClient client = connect();

  for (const std::string path : {"/throws", "/hot?throw"}) {
    client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto reply = client.read_reply();
    EXPECT_EQ(reply->status, 500);
    EXPECT_THAT(reply->body, Not(HasSubstr("secret")));
    EXPECT_THAT(reply->body, HasSubstr(reply->fields.at("x-request-id"))) << path;
  }
  EXPECT_THAT(observer.failures, testing::ElementsAre("secret detail", "hot failure"));
}

TEST_F(EngineTest, HandlerCannotSmuggleFieldsIntoTheHead) {
  start();
  RawClient client = connect();

  client.send("GET /split HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto reply = client.read_reply();

  EXPECT_FALSE(reply->fields.contains("set-cookie"));
  EXPECT_EQ(reply->fields.at("x-odd"), "a  Set-Cookie: evil=1");
}

TEST_F(EngineTest, ConnectionsOfOneAddressAreBounded) {
  options.max_connections_per_address = 3;
  start();
  RawClient first = connect();
  RawClient second = connect();
  {
    RawClient third = connect();
    third.send(kGetHello);
    EXPECT_TRUE(third.read_reply());
    RawClient fourth = connect();
    EXPECT_TRUE(fourth.is_closed_within(2s));
  }
  ASSERT_TRUE(wait_until([&] { return engine->connections() == 2; }));
  RawClient next = connect();

  next.send(kGetHello);

  EXPECT_TRUE(next.read_reply());
}

TEST_F(EngineTest, SecondServerOnTheSamePortIsRefused) {
  start();
  options.port = engine->port();

  const auto second = Engine::open(options, router, gate, observer);

  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::unavailable);
}

TEST_F(EngineTest, StopFinishesWhatIsUnderWay) {
  held_calls.hold();
  start();
  RawClient busy = connect();
  RawClient idle = connect();
  busy.send("GET /held HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(wait_until([&] { return observer.count(NetEvent::connection_opened) == 2; }));
  ASSERT_TRUE(held_calls.wait_for_call());

  std::jthread stopper([&] { engine->stop(); });
  EXPECT_TRUE(idle.is_closed_within(2s));
  held_calls.let_go();
  const auto reply = busy.read_reply();
  stopper.join();

  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->body, "released");
  EXPECT_EQ(reply->fields.at("connection"), "close");
  EXPECT_EQ(observer.count(NetEvent::connection_opened),
            observer.count(NetEvent::connection_closed));
}

}  // namespace
}  // namespace weike::server
