#include "tests/server/tls_fixture.hpp"

#include <openssl/ssl.h>

// The three bugs that DESIGN §4 names, through TLS; tests/server/file_transfer_test.cpp has those
// of plain connections.
namespace weike::server {
namespace {

using namespace std::chrono_literals;

// Bug (a): what was encrypted for a client that left must not reach the next one. A foreign record
// would be a bad MAC here.
TEST_F(TlsTest, BytesForAClientThatLeftNeverReachTheNext) {
  start();
  for (int round = 0; round < 50; ++round) {
    const auto leaving = connect_tls();
    std::string requests;
    for (int i = 0; i < 8; ++i) requests += get("/hot?big");
    leaving->send(requests);
    leaving->reset();
    const auto next = connect_tls();

    next->send(get("/hot", "Connection: close\r\n"));
    const auto reply = next->read_reply();

    ASSERT_TRUE(reply);
    ASSERT_TRUE(reply->head.starts_with("HTTP/1.1 200 OK\r\n"));
    ASSERT_EQ(reply->body, "hhhhhh");
    ASSERT_EQ(next->read_to_end(), TlsClient::End::close_notify);
  }
}

// The same from a TLS client to a plain one of the same thread, and back.
TEST_F(TlsTest, BytesNeverCrossBetweenPlainAndTls) {
  start();
  for (int round = 0; round < 25; ++round) {
    const auto leaving = connect_tls();
    leaving->send(get("/hot?big") + get("/hot?big") + get("/hot-file"));
    leaving->reset();
    RawClient plain = connect();
    plain.send(get("/hot?big") + get("/hot"));
    ASSERT_EQ(plain.read_reply()->body.size(), 2'000'000U);
    ASSERT_EQ(plain.read_reply()->body, "hhhhhh");

    RawClient leaving_plain = connect();
    leaving_plain.send(get("/hot?big") + get("/hot?big"));
    leaving_plain.reset();
    const auto secure = connect_tls();
    secure->send(get("/hot?big") + get("/hot"));
    ASSERT_EQ(secure->read_reply()->body.size(), 2'000'000U);
    ASSERT_EQ(secure->read_reply()->body, "hhhhhh");
  }
}

// Bug (b): errors that a failed handshake leaves in OpenSSL's queue must not be taken for those of
// a healthy connection on the same thread.
TEST_F(TlsTest, FailedHandshakesKillNoHealthyConnection) {
  start();
  const auto healthy = connect_tls();
  const auto listener = connect_tls();
  listener->send(get("/events"));
  ASSERT_TRUE(listener->read_reply(true));
  for (int round = 0; round < 20; ++round) {
    healthy->send("GET /hot HTTP/1.1\r\nHo");
    RawClient garbage = connect_raw_to_tls();
    garbage.send(std::string("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00", 10));
    EXPECT_TRUE(garbage.is_closed_within(5s));
    EXPECT_FALSE(connect_tls({.protocols = {"h2"}})->is_connected());
    EXPECT_FALSE(connect_tls({.version = TLS1_1_VERSION})->is_connected());

    healthy->send("st: a\r\n\r\n" + get("/hello") + get("/file"));
    ASSERT_EQ(healthy->read_reply()->body, "hhhhhh");
    ASSERT_EQ(healthy->read_reply()->body, "hello");
    ASSERT_EQ(healthy->read_reply()->body.size(), file_bytes);
    source->feed("data: x\n\n");
    ASSERT_EQ(listener->read_bytes(9), "data: x\n\n");
  }
}

// Bug (c): writing to a client that left must not end the process.
TEST_F(TlsTest, ClientsThatLeaveDoNotRaiseSigpipe) {
  file_bytes = 20'000'000;
  start();
  for (const KernelTls kernel : {KernelTls::detect, KernelTls::offer}) {
    if (kernel == KernelTls::offer) {
      engine->stop();
      router = http::Router();
      options.tls.kernel = kernel;
      start();
    }
    for (const std::string path : {"/file", "/hot-file", "/hot?big", "/events"}) {
      const auto client = connect_tls();
      client->send(get(path) + get(path) + get(path));
      client->read_bytes(1);
      client->reset();
    }
    EXPECT_TRUE(wait_until([&] { return engine->connections() == 0; }));
    const auto alive = connect_tls();
    alive->send(get("/hello"));
    EXPECT_EQ(alive->read_reply()->body, "hello");
  }
}

TEST_F(TlsTest, AbortsLeaveNoDescriptorAndNoConnection) {
  file_bytes = 20'000'000;
  start();
  {
    const auto warm = connect_tls();
  }
  ASSERT_TRUE(wait_until([&] { return engine->connections() == 0; }));
  const std::size_t before = open_descriptors();

  for (int round = 0; round < 15; ++round) {
    const std::string starts[] = {
        "GET /he",      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab",
        get("/file"),   get("/hot?big") + get("/hot-file"),
        get("/events"), "PUT /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab"};
    for (const std::string& text : starts) {
      const auto client = connect_tls();
      client->send(text);
      if (round % 2 == 0) client->reset();
    }
  }

  EXPECT_TRUE(wait_until([&] {
    return engine->connections() == 0 && open_descriptors() == before;
  })) << engine->connections()
      << " connections, " << open_descriptors() << " descriptors, " << before << " before";
}

TEST_F(TlsTest, RevokedPermitStopsATransferThroughTls) {
  file_bytes = 50'000'000;
  start();
  const auto client = connect_tls({.receive_buffer_bytes = 16'384});
  client->send(get("/hot-file"));
  ASSERT_EQ(client->read_bytes(100'000).size(), 100'000U);

  permit->is_on = false;
  ASSERT_TRUE(wait_until([&] { return engine->connections() == 0; }));

  EXPECT_LT(client->read_bytes(file_bytes).size(), 5'000'000U);
}

}  // namespace
}  // namespace weike::server
