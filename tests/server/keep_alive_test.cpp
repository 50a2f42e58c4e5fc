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

// One kind of work for many clients, then the other.
TEST_F(EngineTest, RepliesOfABatchLeaveWhenItsRequestsAreRead) {
  HeldCalls last;
  router.add(held_on_hot_lane("/held-batch", held_calls));
  router.add(held_on_hot_lane("/held-last", last));
  start();
  RawClient holder = connect();
  RawClient client = connect();
  RawClient client_of_last = connect();
  bool has_waited = false;

  // Whether the kernel tells of both at once is its business.
  for (int i = 0; i < 20 && !has_waited; ++i) {
    held_calls.hold();
    last.hold();
    holder.send(get("/held-batch"));
    ASSERT_TRUE(held_calls.wait_for_call());
    client.send(kGetHot);
    client_of_last.send(get("/held-last"));
    held_calls.let_go();
    ASSERT_TRUE(last.wait_for_call());
    has_waited = client.read_until("hhhhhh", 0ms).empty();
    last.let_go();

    EXPECT_EQ(holder.read_reply()->status, 200);
    EXPECT_EQ(client_of_last.read_reply()->status, 200);
    if (has_waited) {
      EXPECT_EQ(client.read_reply()->body, "hhhhhh");
    }
  }

  EXPECT_TRUE(has_waited);
}

// They would fall out of the caches before they are sent.
TEST_F(EngineTest, LargeRepliesOfABatchLeaveAtOnce) {
  HeldCalls last;
  auto large = held_on_hot_lane("/large", held_calls);
  large.hot = [](const http::RequestHead&) {
    http::Response response;
    response.body = std::string(20'000, 'l');
    return std::optional(std::move(response));
  };
  router.add(large);
  router.add(held_on_hot_lane("/held-batch", held_calls));
  router.add(held_on_hot_lane("/held-last", last));
  start();
  RawClient holder = connect();
  RawClient client = connect();
  RawClient client_of_last = connect();

  for (int i = 0; i < 20; ++i) {
    held_calls.hold();
    last.hold();
    holder.send(get("/held-batch"));
    ASSERT_TRUE(held_calls.wait_for_call());
    client.send(get("/large"));
    client_of_last.send(get("/held-last"));
    held_calls.let_go();
    ASSERT_TRUE(last.wait_for_call());
    const auto reply = client.read_reply();
    last.let_go();

    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->body.size(), 20'000U);
    EXPECT_TRUE(holder.read_reply());
    EXPECT_TRUE(client_of_last.read_reply());
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
