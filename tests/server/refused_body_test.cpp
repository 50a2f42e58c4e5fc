#include "tests/server/engine_fixture.hpp"

namespace weike::server {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::StartsWith;

// Longer than what is read and dropped behind a refusal.
constexpr std::size_t kLongBody = 200'000;

std::string post(const std::string& target, std::size_t length, const std::string& fields = "") {
  return "POST " + target + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(length) +
         "\r\n" + fields + "\r\n";
}

// Bodies that nobody wants: what their clients are told, and when.
class RefusedBody : public EngineTest {
 protected:
  // All that `client` gets from now on; the connection is over then.
  std::string rest_of(RawClient& client) {
    EXPECT_TRUE(wait_until([&] { return engine->connections() == 0; }));
    return client.read_bytes(kLongBody);
  }
  std::vector<int> told() {
    const std::lock_guard lock(observer.mutex);
    return observer.statuses;
  }
  // Of a client that announced ten bytes for `target` and sent none: one answer, told of once.
  void expect_one_408(const std::string& target) {
    RawClient client = connect();
    client.send(post(target, 10));

    const auto reply = client.read_reply();

    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 408);
    EXPECT_EQ(rest_of(client), "");
    EXPECT_THAT(told(), ElementsAre(408));
  }
  // /late opens the sink of /upload once `held_calls` lets it.
  void start_with_late_opening() {
    options.handler_deadline = 100ms;
    http::Route late;
    late.method = http::Method::put;
    late.pattern = "/late";
    late.gate = http::Gate::open;
    late.stream = [this](http::Request& request) {
      held_calls.wait();
      return router.find(http::Method::put, "/upload").route->stream(request);
    };
    router.add(late);
    held_calls.hold();
    start();
  }
  // Of a client whose upload is opened after the deadline: one answer, and a sink that gets nothing
  // but its end. `more` follows the answer.
  void expect_one_504(const std::string& request, const std::string& more = "") {
    RawClient client = connect();
    client.send(request);

    const auto reply = client.read_reply();
    client.send(more);
    held_calls.let_go();

    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 504);
    EXPECT_EQ(upload->wait_for_end(), http::BodyEnd::cut);
    EXPECT_EQ(rest_of(client), "");
    EXPECT_EQ(upload->seen_bytes(), 0U);
    EXPECT_THAT(told(), ElementsAre(504));
  }
  static std::string put_late(std::size_t length, const std::string& fields = "") {
    return "PUT /late HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(length) + "\r\n" +
           fields + "\r\n";
  }
};

TEST_F(RefusedBody, OfAStrangerIsAnsweredBeforeItComes) {
  gate.refuses_with = 401;
  start();
  for (const std::string& head :
       {post("/echo", kLongBody), post("/echo", kLongBody) + std::string(1000, 'x')}) {
    RawClient client = connect();
    client.send(head);

    const auto reply = client.read_reply();

    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 401);
    EXPECT_EQ(reply->fields.at("connection"), "close");
    EXPECT_TRUE(client.is_closed_within(2s));
  }
}

TEST_F(RefusedBody, OfAStrangerWhoSendsOnLeavesTheAnswerReadable) {
  gate.refuses_with = 401;
  start();
  RawClient client = connect();

  client.send(post("/echo", kLongBody) + std::string(kLongBody, 'x'));
  const auto reply = client.read_reply();

  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 401);
}

TEST_F(RefusedBody, OfAStrangerIsNotAskedFor) {
  gate.refuses_with = 401;
  start();
  for (const std::size_t length : {std::size_t{3}, kLongBody}) {
    RawClient client = connect();

    client.send(post("/echo", length, "Expect: 100-continue\r\n"));

    EXPECT_THAT(rest_of(client), StartsWith("HTTP/1.1 401 ")) << length;
  }
}

TEST_F(RefusedBody, ThatIsShortKeepsTheConnection) {
  gate.refuses_with = 401;
  start();
  RawClient client = connect();

  client.send(post("/echo", 3) + "abc" + post("/echo", 2) + "de");

  for (int i = 0; i < 2; ++i) {
    const auto reply = client.read_reply();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 401);
    EXPECT_FALSE(reply->fields.contains("connection"));
  }
}

TEST_F(RefusedBody, ThatNeverComesIsAnsweredOnce) {
  options.rate_window = 100ms;
  start();

  expect_one_408("/nope");
}

TEST_F(RefusedBody, OfAStrangerThatNeverComesIsAnsweredOnce) {
  options.rate_window = 100ms;
  gate.refuses_with = 401;
  start();

  expect_one_408("/echo");
}

TEST_F(RefusedBody, WhoseSinkIsLateIsAnsweredOnce) {
  options.handler_deadline = 100ms;
  upload->holds_writes = true;
  start();
  RawClient client = connect();
  client.send(
      "PUT /upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\nxyz\r\n");

  const auto reply = client.read_reply();
  upload->let_go();

  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 504);
  EXPECT_EQ(rest_of(client), "");
  EXPECT_THAT(told(), ElementsAre(504));
}

TEST_F(RefusedBody, WhoseOpeningIsLateIsCutWhenTheClientKeepsQuiet) {
  start_with_late_opening();

  expect_one_504(put_late(10));
}

TEST_F(RefusedBody, WhoseOpeningIsLateIsNotWrittenWhenItCameWhole) {
  start_with_late_opening();

  expect_one_504(put_late(5) + "hello");
}

TEST_F(RefusedBody, WhoseOpeningIsLateIsNotWrittenWhenTheClientSendsOn) {
  start_with_late_opening();

  expect_one_504(put_late(kLongBody) + "hello", std::string(kLongBody / 2, 'x'));
}

TEST_F(RefusedBody, WhoseOpeningIsLateIsNotAskedFor) {
  start_with_late_opening();

  expect_one_504(put_late(10, "Expect: 100-continue\r\n"));
}

TEST_F(EngineTest, GateIsAskedOnceForEachRequest) {
  start();
  RawClient client = connect();
  const std::string requests[] = {get("/hello"), post("/echo", 3) + "abc",
                                  "PUT /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"};
  for (const std::string& request : requests) {
    gate.asked = 0;

    client.send(request);

    EXPECT_EQ(client.read_reply()->status, 200) << request;
    EXPECT_EQ(gate.asked, 1) << request;
  }
}

}  // namespace
}  // namespace weike::server
