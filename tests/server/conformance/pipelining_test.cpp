#include "tests/server/conformance/conformance_fixture.hpp"

namespace weike::server {
namespace {

using namespace std::chrono_literals;

// Many requests on one connection (RFC 9112 §9.3.2).
class Pipelining : public Conformance {};

// One request of each kind, and its answer.
struct Question {
  std::string request;
  int status;
  std::string body;
};

std::vector<Question> kinds(int number) {
  const std::string text = std::to_string(number);
  return {
      {get("/hot"), 200, "hhhhhh"},
      {post("Content-Length: " + std::to_string(text.size()) + "\r\n", text), 200, text},
      {get("/hello"), 200, "hello"},
      {post_chunked("1;x\r\nc\r\n" + std::to_string(text.size()) + "\r\n" + text + "\r\n0\r\n\r\n"),
       200, "c" + text},
      {get("/letters.txt", "Range: bytes=0-2\r\n"), 206, "abc"},
      {"\r\n" + get("/hot", "If-None-Match: \"1\"\r\n"), 304, ""},
      {"DELETE /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nGET ", 405, "-"},
      {"PUT /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nGET ", 200, "-"},
      {get("/file", "X: " + std::string(1000, 'x') + "\r\n"), 200, "-"},
  };
}

TEST_F(Pipelining, AnswersComeInOrderFromBothLanesWithBodies) {
  file_bytes = 300'000;
  start();
  RawClient client = connect();
  std::string requests;
  for (int i = 0; i < 20; ++i) {
    for (const auto& question : kinds(i)) requests += question.request;
  }

  client.send(requests);

  for (int i = 0; i < 20; ++i) {
    for (const auto& question : kinds(i)) {
      const auto reply = client.read_reply();
      ASSERT_TRUE(reply) << question.request;
      EXPECT_EQ(reply->status, question.status) << question.request;
      if (question.body != "-") {
        EXPECT_EQ(reply->body, question.body) << question.request;
      }
    }
  }
}

TEST_F(Pipelining, NothingBehindTheLastRequestIsRead) {
  start();
  const std::string last[] = {
      get("/hot", "Connection: close\r\n"),
      get("/hello", "Connection: close\r\n"),
      get("/file", "Connection: close\r\n"),
      post("Connection: close\r\nContent-Length: 1\r\n", "x"),
      "GET /hot HTTP/1.0\r\n\r\n",
      "GET /hello HTTP/1.0\r\n\r\n",
  };
  for (const auto& request : last) {
    RawClient client = connect();
    client.send(get("/hello") + request + post("Content-Length: 6\r\n", "behind"));

    EXPECT_EQ(client.read_reply()->body, "hello");
    const auto reply = client.read_reply();
    ASSERT_TRUE(reply) << request;
    EXPECT_EQ(reply->fields.at("connection"), "close") << request;
    EXPECT_EQ(client.read_bytes(1), "") << request;
  }
}

TEST_F(Pipelining, ARefusalComesBehindTheAnswersBeforeItAndEndsAll) {
  start();
  RawClient client = connect();

  client.send(get("/hello") + get("/hot") + "GET / HTTP/1.1\nHost: a\n\n" + get("/hot"));

  EXPECT_EQ(client.read_reply()->body, "hello");
  EXPECT_EQ(client.read_reply()->body, "hhhhhh");
  EXPECT_EQ(client.read_reply()->status, 400);
  EXPECT_EQ(client.read_bytes(1), "");
}

TEST_F(Pipelining, AnAnswerIsNotLostToRequestsThatAreNeverRead) {
  start();
  RawClient client(engine->port(), 8192);

  client.send(get("/file", "Connection: close\r\n") + std::string(500'000, 'x'));

  const auto reply = client.read_reply();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->body.size(), file_bytes);
}

TEST_F(Pipelining, ClientsThatSendAllAndLeaveTheirSideAreAnswered) {
  start();
  RawClient client = connect();

  client.send(get("/hello") + post_chunked("3\r\nabc\r\n0\r\n\r\n") + get("/hot"));
  client.shut_down_sending();

  EXPECT_EQ(client.read_reply()->body, "hello");
  EXPECT_EQ(client.read_reply()->body, "abc");
  EXPECT_EQ(client.read_reply()->body, "hhhhhh");
  EXPECT_TRUE(client.is_closed_within(2s));
}

}  // namespace
}  // namespace weike::server
