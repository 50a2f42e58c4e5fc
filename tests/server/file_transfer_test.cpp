#include "tests/server/engine_fixture.hpp"

namespace weike::server {
namespace {

using namespace std::chrono_literals;

TEST_F(EngineTest, FilesArriveWholeOnBothLanes) {
  for (const std::size_t size : {std::size_t{11}, std::size_t{100'000}, std::size_t{5'000'000}}) {
    http::Router fresh;
    router = std::move(fresh);
    if (engine) engine->stop();
    file_bytes = size;
    start();
    RawClient client = connect();
    client.send(get("/file") + get("/hot-file") + get("/hello"));
    const auto whole = client.read_reply();
    const auto part = client.read_reply();

    ASSERT_TRUE(whole && part);
    ASSERT_EQ(whole->body.size(), size);
    EXPECT_EQ(whole->body[size - 1], pattern(size - 1));
    EXPECT_EQ(part->body, whole->body.substr(10));
    EXPECT_EQ(client.read_reply()->body, "hello");
  }
}

TEST_F(EngineTest, RevokedPermitSendsNothing) {
  permit->is_on = false;
  start();
  for (const std::string path : {"/file", "/hot-file"}) {
    RawClient client = connect();
    client.send(get(path));
    const std::string bytes = client.read_bytes(100'000, 2s);
    EXPECT_LT(bytes.size(), 1000U) << path;
  }
}

TEST_F(EngineTest, PermitRevokedInMidTransferStopsASlowReader) {
  file_bytes = 50'000'000;
  start();
  for (const std::string path : {"/file", "/hot-file"}) {
    EXPECT_LT(bytes_after_revocation(path), 1'000'000U) << path;
  }
}

TEST_F(EngineTest, PermitRevokedAfterTheLastSendfileDropsTheKernelBuffer) {
  file_bytes = 1'000'000;
  options.send_buffer_bytes = 0;  // Then all of it fits there.
  start();
  RawClient client(engine->port(), 16'384);
  client.send(get("/hot-file"));
  ASSERT_EQ(client.read_bytes(50'000).size(), 50'000U);

  permit->is_on = false;
  ASSERT_TRUE(wait_until([&] { return engine->connections() == 0; }));

  EXPECT_LT(client.read_bytes(file_bytes, 2s).size(), 400'000U);
}

TEST_F(EngineTest, TransferGoesOnWhileOthersAreServed) {
  file_bytes = 50'000'000;
  start();
  RawClient slow(engine->port(), 16'384);
  slow.send(get("/file"));
  ASSERT_EQ(slow.read_bytes(1000).size(), 1000U);
  RawClient other = connect();

  other.send(get("/hello"));

  EXPECT_EQ(other.read_reply()->body, "hello");
}

TEST_F(EngineTest, AbortsLeaveNoDescriptorAndNoConnection) {
  file_bytes = 20'000'000;
  start();
  {
    RawClient warm = connect();
  }
  ASSERT_TRUE(wait_until([&] {
    return observer.count(NetEvent::connection_opened) == 1 &&
           observer.count(NetEvent::connection_closed) == 1;
  }));
  const std::size_t before = open_descriptors();

  for (int round = 0; round < 30; ++round) {
    RawClient in_head = connect();
    in_head.send("GET /he");
    RawClient in_body = connect();
    in_body.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc");
    RawClient in_file = connect();
    in_file.send(get("/file"));
    RawClient in_hot = connect();
    in_hot.send(get("/hot?big") + get("/hot?big") + get("/hot-file"));
    RawClient in_events = connect();
    in_events.send(get("/events"));
    RawClient in_upload = connect();
    in_upload.send("PUT /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc");
    if (round % 2 == 0) {
      for (RawClient* client : {&in_head, &in_body, &in_file, &in_hot, &in_events, &in_upload}) {
        client->reset();
      }
    }
  }

  // Some of them are still in the backlog and come and go after this line is reached.
  EXPECT_TRUE(wait_until([&] {
    return engine->connections() == 0 &&
           observer.count(NetEvent::connection_opened) ==
               observer.count(NetEvent::connection_closed) &&
           open_descriptors() == before;
  })) << open_descriptors()
      << " descriptors, before " << before;
}

// Bug (a) of DESIGN §4: the thread's output buffer of a client that left must not reach the next
// one.
TEST_F(EngineTest, BytesForAClientThatLeftNeverReachTheNext) {
  start();
  for (int round = 0; round < 50; ++round) {
    RawClient leaving = connect();
    std::string requests;
    for (int i = 0; i < 8; ++i) requests += get("/hot?big");
    leaving.send(requests);
    leaving.reset();
    RawClient next = connect();

    next.send(get("/hot"));
    const auto reply = next.read_reply();

    ASSERT_TRUE(reply);
    ASSERT_TRUE(reply->head.starts_with("HTTP/1.1 200 OK\r\n"));
    ASSERT_EQ(reply->body, "hhhhhh");
    ASSERT_EQ(next.read_bytes(1, 5ms), "");
  }
}

// Bug (c) of DESIGN §4: writing to a client that left must not end the process, by sendmsg nor by
// sendfile.
TEST_F(EngineTest, ClientsThatLeaveDoNotRaiseSigpipe) {
  file_bytes = 20'000'000;
  start();
  for (const std::string path : {"/file", "/hot-file", "/hot?big", "/held"}) {
    held_calls.hold();
    RawClient client = connect();
    client.send(get(path) + get(path) + get(path));
    client.shut_down_sending();
    client.read_bytes(1, 20ms);
    client.reset();
    held_calls.let_go();
  }

  EXPECT_TRUE(wait_until([&] { return engine->connections() == 0; }));
  RawClient alive = connect();
  alive.send(get("/hello"));
  EXPECT_EQ(alive.read_reply()->body, "hello");
}

}  // namespace
}  // namespace weike::server
