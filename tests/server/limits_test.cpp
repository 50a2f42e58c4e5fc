#include "tests/server/engine_fixture.hpp"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <nlohmann/json.hpp>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <filesystem>

namespace weike::server {
namespace {

using namespace std::chrono_literals;

// Bodies that say how many bytes of them are still held somewhere.
class CountedBodies {
 public:
  http::SharedBytes make(std::size_t size) {
    held_ += size;
    auto* const bytes = new std::string(size, 'x');
    return {bytes, [this](const std::string* done) {
              held_ -= done->size();
              delete done;
            }};
  }
  std::size_t held() const { return held_; }

 private:
  std::atomic<std::size_t> held_ = 0;
};

// What lies in the TCP sockets of this process, which are a test's and its engine's: sent by one
// and not yet read by the other.
std::size_t bytes_in_sockets() {
  std::size_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    const int descriptor = std::stoi(entry.path().filename());
    int domain = 0;
    socklen_t size = sizeof domain;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0) continue;
    if (domain != AF_INET) continue;
    int unread = 0;
    int unsent = 0;
    if (::ioctl(descriptor, SIOCINQ, &unread) == 0) bytes += static_cast<std::size_t>(unread);
    if (::ioctl(descriptor, SIOCOUTQ, &unsent) == 0) bytes += static_cast<std::size_t>(unsent);
  }
  return bytes;
}

TEST_F(EngineTest, PipeliningReaderThatIsSlowHoldsLittleMemory) {
  constexpr std::size_t kBody = 100'000;
  constexpr int kRequests = 400;
  CountedBodies bodies;
  http::Route route;
  route.method = http::Method::get;
  route.pattern = "/counted";
  route.gate = http::Gate::open;
  route.handler = [](http::Request&) { return http::Response{}; };
  std::atomic<int> made = 0;
  route.hot = [&](const http::RequestHead&) -> std::optional<http::Response> {
    http::Response response;
    response.body = bodies.make(kBody);
    ++made;
    return response;
  };
  router.add(route);
  start();
  RawClient client(engine->port(), 4096);
  std::string requests;
  for (int i = 0; i < kRequests; ++i) requests += "GET /counted HTTP/1.1\r\nHost: a\r\n\r\n";

  client.send(requests);
  // The kernel takes some; then the engine must stop making replies. It runs on one thread: while
  // it answers another client twice it would have gone on with this one.
  RawClient other = connect();
  int before = 0;
  for (int unchanged = 0; unchanged < 2 && before < kRequests;) {
    other.send(get("/hot"));
    ASSERT_TRUE(other.read_reply());
    const int now = made;
    unchanged = now > 0 && now == before ? unchanged + 1 : 0;
    before = now;
  }

  EXPECT_LT(made, kRequests);
  EXPECT_LE(bodies.held(), 400'000U);
  engine->stop();
  EXPECT_EQ(bodies.held(), 0U);
}

TEST_F(EngineTest, DiskThatIsSlowLeavesTheBodyInTheKernel) {
  upload->holds_writes = true;
  start();
  RawClient client = connect();
  constexpr std::size_t kLength = 40'000'000;
  client.send("PUT /upload HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(kLength) +
              "\r\n\r\n");

  const std::size_t taken = client.send_what_fits(std::string(kLength, 'x'), 300ms);
  ASSERT_TRUE(wait_until([&] { return upload->seen_bytes() > 0; }));

  // The engine has one buffer and no more, all of it with the disk.
  EXPECT_LT(taken, kLength);
  EXPECT_LE(taken, bytes_in_sockets() + options.stream_buffer_bytes);
  EXPECT_LE(upload->seen_bytes(), options.stream_buffer_bytes);
  upload->let_go();
}

class BoundOfConnections : public EngineTest {
 protected:
  // Of two clients the second is told by `status` and `code` that it is one too many.
  void expect_refusal_of_the_second(int status, const char* code, NetEvent counted) {
    start();
    RawClient first = connect();
    ASSERT_TRUE(wait_until([&] { return engine->connections() == 1; }));
    RawClient second = connect();

    const auto reply = second.read_reply();

    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, status);
    EXPECT_EQ(reply->fields.at("retry-after"), "5");
    EXPECT_EQ(reply->fields.at("connection"), "close");
    EXPECT_EQ(nlohmann::json::parse(reply->body)["code"], code);
    EXPECT_TRUE(second.is_closed_within(2s));
    EXPECT_EQ(observer.count(counted), 1U);
  }
};

TEST_F(BoundOfConnections, IsToldToAClientBeyondItsAddressesShare) {
  options.max_connections_per_address = 1;
  expect_refusal_of_the_second(429, "too_many_connections", NetEvent::refused_of_address);
}

TEST_F(BoundOfConnections, IsToldToAClientOfAFullServer) {
  options.max_connections = 1;
  expect_refusal_of_the_second(503, "server_full", NetEvent::refused_in_all);
}

TEST_F(EngineTest, DeadlinesThatStruckAreCountedByPhase) {
  options.idle_deadline = 1s;  // None of the others may seem idle before it has sent.
  options.head_deadline = 40ms;
  options.rate_window = 40ms;
  options.handler_deadline = 40ms;
  held_calls.hold();
  start();
  RawClient idle = connect();
  RawClient head = connect();
  head.send("GET /");
  RawClient body = connect();
  body.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n");
  RawClient handler = connect();
  handler.send("GET /held HTTP/1.1\r\nHost: a\r\n\r\n");

  for (const NetEvent struck : {NetEvent::deadline_idle, NetEvent::deadline_head,
                                NetEvent::deadline_body, NetEvent::deadline_handler}) {
    EXPECT_TRUE(wait_until([&] { return observer.count(struck) >= 1; }))
        << static_cast<int>(struck);
  }
}

TEST_F(EngineTest, SlowReaderThatIsCutIsCounted) {
  options.rate_window = 60ms;
  file_bytes = 30'000'000;
  start();
  RawClient client(engine->port(), 16'384);

  client.send("GET /file HTTP/1.1\r\nHost: a\r\n\r\n");

  EXPECT_TRUE(wait_until([&] { return observer.count(NetEvent::deadline_write) == 1; }));
}

// Of the server's side of the only connection.
int send_buffer_of(std::uint16_t port) {
  for (int descriptor = 0; descriptor < 1024; ++descriptor) {
    sockaddr_in own{};
    sockaddr_in peer{};
    socklen_t size = sizeof own;
    if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&own), &size) != 0) continue;
    size = sizeof peer;
    if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &size) != 0) continue;
    if (own.sin_family != AF_INET || ntohs(own.sin_port) != port) continue;
    int bytes = 0;
    size = sizeof bytes;
    ::getsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &bytes, &size);
    return bytes;
  }
  return -1;
}

TEST_F(EngineTest, WhatWaitsInTheKernelForAClientIsBounded) {
  options.send_buffer_bytes = 100'000;
  file_bytes = 30'000'000;
  start();
  RawClient client = connect();

  client.send(get("/file"));

  ASSERT_EQ(client.read_reply()->body.size(), file_bytes);
  EXPECT_EQ(send_buffer_of(engine->port()), 2 * 100'000) << "the kernel takes twice as much";
}

TEST_F(EngineTest, UploadsAreCountedByTheirEnd) {
  start();
  RawClient whole = connect();
  whole.send("PUT /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
  ASSERT_TRUE(whole.read_reply());
  RawClient cut = connect();
  cut.send("PUT /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc");
  ASSERT_TRUE(wait_until([&] { return observer.count(NetEvent::upload_begun) == 2; }));

  cut.close();

  EXPECT_TRUE(wait_until([&] { return observer.count(NetEvent::upload_cut) == 1; }));
  EXPECT_EQ(observer.count(NetEvent::upload_complete), 1U);
  EXPECT_EQ(observer.count(NetEvent::upload_bytes), 8U);
}

TEST_F(EngineTest, ListenersAreCounted) {
  start();
  RawClient client = connect();
  client.send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n");
  client.read_until("\r\n\r\n");
  ASSERT_TRUE(wait_until([&] { return observer.count(NetEvent::listener_opened) == 1; }));

  client.close();

  EXPECT_TRUE(wait_until([&] { return observer.count(NetEvent::listener_closed) == 1; }));
}

}  // namespace
}  // namespace weike::server
