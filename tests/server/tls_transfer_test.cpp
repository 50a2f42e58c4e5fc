#include "tests/server/tls_fixture.hpp"

#include <openssl/ssl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace weike::server {
namespace {

using namespace std::chrono_literals;

// Each case by both versions.
class TlsTransferTest : public TlsTest, public testing::WithParamInterface<int> {
 protected:
  TlsClientOptions how() const { return {.version = GetParam()}; }
};

INSTANTIATE_TEST_SUITE_P(Versions, TlsTransferTest, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& row) {
                           return row.param == TLS1_2_VERSION ? "Tls12" : "Tls13";
                         });

TEST_P(TlsTransferTest, BigFilesArriveByteForByteOnBothLanes) {
  file_bytes = 20'000'003;
  start();
  const auto client = connect_tls(how());

  client->send(get("/file") + get("/hot-file") + get("/hello"));
  const auto whole = client->read_reply();
  const auto part = client->read_reply();

  ASSERT_TRUE(whole && part);
  ASSERT_EQ(whole->body.size(), file_bytes);
  EXPECT_TRUE(whole->body == bytes_of_file(0, file_bytes));
  EXPECT_TRUE(part->body == bytes_of_file(10, file_bytes));
  EXPECT_EQ(client->read_reply()->body, "hello");
}

TEST_P(TlsTransferTest, StretchesOfAFileOfAnySizeArrive) {
  file_bytes = 400'000;
  http::Route ranged;
  ranged.method = http::Method::get;
  ranged.pattern = "/range";
  ranged.gate = http::Gate::open;
  ranged.handler = [this](http::Request& request) {
    const std::size_t begin = std::stoul(std::string(*request.query_value("b")));
    const std::size_t length = std::stoul(std::string(*request.query_value("n")));
    http::Response response;
    response.status = 206;
    response.body = http::FileBody{file, begin, length, nullptr};
    return response;
  };
  router.add(ranged);
  start();
  const auto client = connect_tls(how());
  for (const std::size_t length : {1UL, 16'383UL, 16'384UL, 16'385UL, 131'072UL, 262'144UL}) {
    const std::size_t begin = 7777 + length % 13;
    client->send(get("/range?b=" + std::to_string(begin) + "&n=" + std::to_string(length)));
    const auto reply = client->read_reply();

    ASSERT_TRUE(reply) << length;
    EXPECT_EQ(reply->status, 206);
    EXPECT_TRUE(reply->body == bytes_of_file(begin, begin + length)) << length;
  }
}

// A blob never changes; this one does, to show where its bytes come from.
TEST_P(TlsTransferTest, WhatIsAskedForAgainAndAgainIsSentFromOwnMemory) {
  std::string name = std::filesystem::temp_directory_path() / "weike-tls-XXXXXX";
  const int descriptor = ::mkstemp(name.data());
  std::filesystem::remove(name);
  file_bytes = 300'000;
  const std::string bytes = bytes_of_file(0, file_bytes);
  ASSERT_EQ(::write(descriptor, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  start();
  file = std::make_shared<const storage::OpenFile>(descriptor, file_bytes);
  const auto client = connect_tls(how());
  for (int i = 0; i < 10; ++i) {
    client->send(get("/hot-file"));
    ASSERT_TRUE(client->read_reply()->body == bytes_of_file(10, file_bytes));
  }

  ASSERT_EQ(::pwrite(descriptor, "changed", 7, 10), 7);
  client->send(get("/hot-file"));

  EXPECT_TRUE(client->read_reply()->body == bytes_of_file(10, file_bytes));
}

TEST_P(TlsTransferTest, PipelinedRequestsOfBothLanesAreAnsweredInOrder) {
  start();
  const auto client = connect_tls(how());
  std::string requests;
  for (int i = 0; i < 40; ++i) {
    requests += get("/hot") + get("/hello");
    requests +=
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n" + std::to_string(10 + i);
  }

  client->send(requests);

  for (int i = 0; i < 40; ++i) {
    EXPECT_EQ(client->read_reply()->body, "hhhhhh");
    EXPECT_EQ(client->read_reply()->body, "hello");
    EXPECT_EQ(client->read_reply()->body, std::to_string(10 + i));
  }
}

TEST_P(TlsTransferTest, SlowReaderGetsEverythingInOrder) {
  start();
  TlsClientOptions narrow = how();
  narrow.receive_buffer_bytes = 8192;
  const auto client = connect_tls(narrow);
  std::string requests;
  for (int i = 0; i < 6; ++i) requests += get("/hot?big") + get("/hot") + get("/file");

  client->send(requests);

  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(client->read_reply()->body.size(), 2'000'000U);
    EXPECT_EQ(client->read_reply()->body, "hhhhhh");
    EXPECT_TRUE(client->read_reply()->body == bytes_of_file(0, file_bytes));
  }
}

TEST_P(TlsTransferTest, OthersAreServedWhileAReaderIsSlow) {
  file_bytes = 50'000'000;
  start();
  TlsClientOptions narrow = how();
  narrow.receive_buffer_bytes = 8192;
  const auto slow = connect_tls(narrow);
  slow->send(get("/file"));
  ASSERT_EQ(slow->read_bytes(1000).size(), 1000U);
  const auto other = connect_tls(how());

  other->send(get("/hello"));

  EXPECT_EQ(other->read_reply()->body, "hello");
}

TEST_P(TlsTransferTest, RequestInSingleByteRecordsIsUnderstood) {
  start();
  const auto client = connect_tls(how());

  for (const char c : get("/hot") + get("/hello")) client->send({&c, 1});

  EXPECT_EQ(client->read_reply()->body, "hhhhhh");
  EXPECT_EQ(client->read_reply()->body, "hello");
}

TEST_P(TlsTransferTest, UploadsAreTakenWhole) {
  start();
  const auto client = connect_tls(how());
  const std::string body = bytes_of_file(0, 3'000'000);

  client->send("PUT /upload HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) +
               "\r\n\r\n" + body + get("/hello"));

  EXPECT_EQ(client->read_reply()->body, std::to_string(body.size()));
  {
    const std::lock_guard lock(upload->mutex);
    EXPECT_TRUE(upload->bytes == body);
  }
  EXPECT_EQ(client->read_reply()->body, "hello");
}

TEST_P(TlsTransferTest, ChunkedUploadAfterContinueIsTakenWhole) {
  start();
  const auto client = connect_tls(how());

  client->send(
      "PUT /upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
      "Expect: 100-continue\r\n\r\n");
  EXPECT_EQ(client->read_bytes(25), "HTTP/1.1 100 Continue\r\n\r\n");
  client->send("4\r\nabcd\r\n3\r\nefg\r\n0\r\n\r\n" + get("/hello"));

  EXPECT_EQ(client->read_reply()->body, "7");
  {
    const std::lock_guard lock(upload->mutex);
    EXPECT_EQ(upload->bytes, "abcdefg");
  }
  EXPECT_EQ(client->read_reply()->body, "hello");
}

TEST_P(TlsTransferTest, BodyThatBreaksOffIsNotTakenForAFinishedOne) {
  start();
  for (const bool says_goodbye : {false, true}) {
    {
      const std::lock_guard lock(upload->mutex);
      upload->end.reset();
    }
    {
      const auto client = connect_tls(how());
      client->send(
          "PUT /upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n");
      if (says_goodbye) client->say_goodbye();
    }
    EXPECT_EQ(upload->wait_for_end(), http::BodyEnd::cut) << says_goodbye;
  }
}

TEST_P(TlsTransferTest, ServerSaysGoodbyeBehindTheLastReply) {
  start();
  for (const std::string path : {"/hot", "/hello", "/file", "/nowhere"}) {
    const auto client = connect_tls(how());
    client->send(get(path, "Connection: close\r\n"));
    EXPECT_TRUE(client->read_reply()) << path;
    EXPECT_EQ(client->read_to_end(), TlsClient::End::close_notify) << path;
  }
}

TEST_P(TlsTransferTest, GoodbyeOfTheClientIsAnswered) {
  start();
  const auto client = connect_tls(how());
  client->send(get("/hello") + get("/hello"));
  client->say_goodbye();

  EXPECT_EQ(client->read_reply()->body, "hello");
  EXPECT_EQ(client->read_reply()->body, "hello");
  EXPECT_EQ(client->read_to_end(), TlsClient::End::close_notify);
}

TEST_P(TlsTransferTest, EventsComeThroughTls) {
  start();
  const auto client = connect_tls(how());
  client->send(get("/events"));
  ASSERT_TRUE(client->read_reply(true));

  source->feed("data: one\n\n");
  EXPECT_EQ(client->read_bytes(11), "data: one\n\n");
  source->feed("data: two\n\n");
  EXPECT_EQ(client->read_bytes(11), "data: two\n\n");
  source->end();

  EXPECT_EQ(client->read_to_end(), TlsClient::End::close_notify);
}

TEST_P(TlsTransferTest, StopFinishesWhatIsUnderWayAndSaysGoodbye) {
  held_calls.hold();
  start();
  const auto busy = connect_tls(how());
  const auto idle = connect_tls(how());
  const auto listener = connect_tls(how());
  listener->send(get("/events"));
  ASSERT_TRUE(listener->read_reply(true));
  busy->send(get("/held"));
  ASSERT_TRUE(held_calls.wait_for_call());

  std::jthread stopper([&] { engine->stop(); });
  EXPECT_EQ(idle->read_to_end(), TlsClient::End::close_notify);
  EXPECT_EQ(listener->read_to_end(), TlsClient::End::close_notify);
  held_calls.let_go();
  const auto reply = busy->read_reply();
  EXPECT_EQ(busy->read_to_end(), TlsClient::End::close_notify);
  stopper.join();

  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->body, "released");
  EXPECT_EQ(reply->fields.at("connection"), "close");
}

TEST_F(TlsTest, NewKeysAmidTheConnectionAreTakenAndGiven) {
  start();
  const auto client = connect_tls();
  for (int i = 0; i < 5; ++i) {
    client->renew_keys();
    client->send(get("/hello") + get("/file"));
    EXPECT_EQ(client->read_reply()->body, "hello");
    EXPECT_EQ(client->read_reply()->body.size(), file_bytes);
  }
}

// This kernel may have no TLS; then the connection falls back to our own BIO in silence.
TEST_F(TlsTest, OfferToTheKernelThatItRefusesChangesNothing) {
  options.tls.kernel = KernelTls::offer;
  start();
  const auto client = connect_tls();
  client->send(get("/file") + get("/hello"));

  EXPECT_TRUE(client->read_reply()->body == bytes_of_file(0, file_bytes));
  EXPECT_EQ(client->read_reply()->body, "hello");
}

}  // namespace
}  // namespace weike::server
