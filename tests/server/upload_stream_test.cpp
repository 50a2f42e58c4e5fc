#include "tests/server/engine_fixture.hpp"

namespace weike::server {
namespace {

using namespace std::chrono_literals;

std::string put_head(std::size_t length, const std::string& more = "") {
  return "PUT /upload HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(length) + "\r\n" +
         more + "\r\n";
}

TEST_F(EngineTest, StreamedBodyArrivesWholeInBoundedPieces) {
  start();
  RawClient client = connect();
  std::string body(5'000'000, '\0');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = pattern(i);

  client.send(put_head(body.size()) + body + "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");

  EXPECT_EQ(client.read_reply()->body, "5000000");
  EXPECT_EQ(client.read_reply()->body, "hello");
  EXPECT_EQ(upload->bytes, body);
  EXPECT_LE(upload->largest_write, options.stream_buffer_bytes);
  EXPECT_EQ(upload->end, http::BodyEnd::complete);
}

TEST_F(EngineTest, StreamedBodyIsWrittenInWholeBlocksOfDisks) {
  start();
  RawClient client = connect();
  std::string body(500'000, '\0');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = pattern(i);

  client.send(put_head(body.size()) + body.substr(0, 300'000));
  ASSERT_TRUE(upload->wait_for_bytes(256 * 1024));
  client.send(body.substr(300'000));

  EXPECT_EQ(client.read_reply()->body, "500000");
  EXPECT_EQ(upload->first_write % 4096, 0U);
  EXPECT_EQ(upload->bytes, body);
}

TEST_F(EngineTest, ChunkedStreamIsDecoded) {
  start();
  RawClient client = connect();

  client.send(
      "PUT /upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n");

  EXPECT_EQ(client.read_reply()->body, "11");
  EXPECT_EQ(client.read_reply()->body, "hello");
  EXPECT_EQ(upload->bytes, "hello world");
}

TEST_F(EngineTest, ClientThatExpectsContinueGetsItBeforeItSends) {
  start();
  RawClient client = connect();

  client.send(put_head(4, "Expect: 100-continue\r\n"));
  const std::string interim = client.read_until("\r\n\r\n");
  client.send("data");

  EXPECT_EQ(interim, "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(client.read_reply()->body, "4");
}

TEST_F(EngineTest, RefusedStreamIsAnsweredWithoutContinue) {
  start();
  RawClient client = connect();

  client.send(
      "PUT /upload?refuse=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n"
      "Expect: 100-continue\r\n\r\n");
  const auto reply = client.read_reply();

  EXPECT_EQ(reply->status, 413);
  EXPECT_EQ(reply->fields.at("connection"), "close");
}

TEST_F(EngineTest, ClientThatKeepsSendingStillSeesTheRefusal) {
  start();
  RawClient client = connect();

  client.send("PUT /upload?refuse=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n");
  client.send(std::string(3'000'000, 'x'));
  const auto reply = client.read_reply();

  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 413);
}

TEST_F(EngineTest, BytesBeforeACutAreWritten) {
  start();
  RawClient client = connect();
  client.send(put_head(1'000'000) + std::string(300'000, 'x'));
  ASSERT_TRUE(upload->wait_for_bytes(256 * 1024));

  client.close();

  EXPECT_EQ(upload->wait_for_end(), http::BodyEnd::cut);
  EXPECT_EQ(upload->bytes.size(), 300'000U);
  EXPECT_TRUE(wait_until([&] { return engine->connections() == 0; }));
}

TEST_F(EngineTest, ResetInMidUploadEndsItAsCut) {
  start();
  RawClient client = connect();
  client.send(put_head(1'000'000) + std::string(400'000, 'x'));
  ASSERT_TRUE(upload->wait_for_bytes(256 * 1024));

  client.reset();

  EXPECT_EQ(upload->wait_for_end(), http::BodyEnd::cut);
}

TEST_F(EngineTest, InterruptEndsAStalledUploadAndItsAnswerIsSent) {
  start();
  RawClient client = connect();
  client.send(put_head(1'000'000) + std::string(300'000, 'x'));
  ASSERT_TRUE(upload->wait_for_bytes(256 * 1024));

  upload->interrupt();
  const auto reply = client.read_reply();

  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 423);
  EXPECT_EQ(reply->fields.at("connection"), "close");
  EXPECT_EQ(upload->end, http::BodyEnd::interrupted);
}

TEST_F(EngineTest, InterruptAfterTheEndHurtsNobody) {
  start();
  RawClient client = connect();
  client.send(put_head(3) + "abc");
  EXPECT_EQ(client.read_reply()->body, "3");

  upload->interrupt();
  client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");

  EXPECT_EQ(client.read_reply()->body, "hello");
}

TEST_F(EngineTest, FailedWriteEndsTheReading) {
  upload->fails_writes = true;
  start();
  RawClient client = connect();

  client.send(put_head(10'000'000) + std::string(400'000, 'x'));
  const auto reply = client.read_reply();

  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 423);
  EXPECT_EQ(upload->end, http::BodyEnd::interrupted);
}

TEST_F(EngineTest, MalformedChunkInAStreamKeepsWhatCameAndIsRefused) {
  start();
  RawClient client = connect();

  client.send(
      "PUT /upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\nxyz\r\n");

  EXPECT_EQ(client.read_reply()->status, 400);
  EXPECT_EQ(upload->bytes, "hello");
  EXPECT_EQ(upload->end, http::BodyEnd::cut);
}

TEST_F(EngineTest, SlowUploadIsWrittenEachSecond) {
  start();
  RawClient client = connect();
  client.send(put_head(1000));
  client.send("ab");
  std::this_thread::sleep_for(1100ms);

  client.send("cd");

  EXPECT_TRUE(upload->wait_for_bytes(4));
}

}  // namespace
}  // namespace weike::server
