#include "tests/server/conformance/conformance_fixture.hpp"

namespace weike::server {
namespace {

// Expect: 100-continue (RFC 9110 §10.1.1).
class Expect : public Conformance {};

const std::string kExpect = "Expect: 100-continue\r\n";
const std::string kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

TEST_F(Expect, TheClientIsToldToGoOnAndThenAnswered) {
  start();
  RawClient client = connect();

  client.send(post("Expect: 100-Continue\r\nContent-Length: 3\r\n"));
  EXPECT_EQ(client.read_bytes(kContinue.size()), kContinue);
  client.send("abc" + post(kExpect + "Transfer-Encoding: chunked\r\n"));
  EXPECT_EQ(client.read_reply()->body, "abc");
  EXPECT_EQ(client.read_bytes(kContinue.size()), kContinue);
  client.send("2\r\nde\r\n0\r\n\r\n");

  EXPECT_EQ(client.read_reply()->body, "de");
}

TEST_F(Expect, AStreamedUploadIsToldToGoOn) {
  start();
  RawClient client = connect();

  client.send("PUT /upload HTTP/1.1\r\nHost: a\r\n" + kExpect + "Content-Length: 3\r\n\r\n");
  EXPECT_EQ(client.read_bytes(kContinue.size()), kContinue);
  client.send("abc");

  EXPECT_EQ(client.read_reply()->body, "3");
}

TEST_F(Expect, AnEarlyRefusalComesInsteadAndCloses) {
  start();
  const std::string length = kExpect + "Content-Length: 300000\r\n";
  const std::pair<std::string, int> rows[] = {
      {post(length), 413},
      {"PUT /upload?refuse HTTP/1.1\r\nHost: a\r\n" + length + "\r\n", 413},
      {"POST /nothing.txt HTTP/1.1\r\nHost: a\r\n" + length + "\r\n", 405},
      {"PUT /hello HTTP/1.1\r\nHost: a\r\n" + length + "\r\n", 405},
      {"BREW /hello HTTP/1.1\r\nHost: a\r\n" + length + "\r\n", 501},
      {"PUT /a/../b HTTP/1.1\r\nHost: a\r\n" + length + "\r\n", 400},
  };
  for (const auto& [request, status] : rows) {
    RawClient client = connect();
    client.send(request);
    const auto reply = client.read_reply();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, status) << request;
    EXPECT_EQ(reply->fields.at("connection"), "close") << request;
    EXPECT_EQ(client.read_bytes(1), "") << request;
  }
}

TEST_F(Expect, WithoutABodyThereIsNothingToGoOnWith) {
  start();

  EXPECT_EQ(ask(get("/hello", kExpect)).status, 200);
  EXPECT_EQ(ask(post(kExpect + "Content-Length: 0\r\n")).status, 200);
}

TEST_F(Expect, OfHttp10MeansNothing) {
  start();

  const RawReply reply = ask("POST /echo HTTP/1.0\r\n" + kExpect + "Content-Length: 3\r\n\r\nabc");

  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "abc");
  EXPECT_EQ(ask("GET /hello HTTP/1.0\r\nExpect: magic\r\n\r\n").status, 200);
}

TEST_F(Expect, OfAnythingElseFails) {
  start();
  for (const std::string fields :
       {"Expect: magic\r\n", "Expect: 100-continue, magic\r\n", "Expect: 100-continue=1\r\n",
        "Expect: 100-continue\r\nExpect: magic\r\n", "Expect: magic\r\nExpect: 100-continue\r\n"}) {
    expect_row({"unknown", post(fields + "Content-Length: 3\r\n", "abc"), 417, true});
  }
}

TEST_F(Expect, ABodyThatComesAtOnceIsReadAllTheSame) {
  start();
  RawClient client = connect();

  client.send(get("/hello") + post(kExpect + "Content-Length: 3\r\n", "abc") + get("/hot"));

  EXPECT_EQ(client.read_reply()->body, "hello");
  EXPECT_EQ(client.read_bytes(kContinue.size()), kContinue);
  EXPECT_EQ(client.read_reply()->body, "abc");
  EXPECT_EQ(client.read_reply()->body, "hhhhhh");
}

}  // namespace
}  // namespace weike::server
