#include "tests/server/conformance/conformance_fixture.hpp"

namespace weike::server {
namespace {

using namespace std::chrono_literals;

// Bounds of one request, and how long a connection goes on.
class Limits : public Conformance {};

TEST_F(Limits, ATargetMayBeAsLongAsTheBound) {
  options.target_limit_bytes = 1000;
  start();
  const auto target = [](std::size_t size) { return "/hello?" + std::string(size - 7, 'x'); };

  expect_row({"at_the_bound", get(target(1000)), 200, false});
  expect_row({"beyond", get(target(1001)), 414, true});
  expect_refused_at_once("GET /" + std::string(20'000, 'x'), 414);
}

TEST_F(Limits, AHeadMayBeAsLongAsTheBound) {
  options.head_limit_bytes = 4000;
  start();
  const std::size_t rest = get("/hello", "X: \r\n").size();
  const auto padded = [&](std::size_t size) {
    return get("/hello", "X: " + std::string(size - rest, 'x') + "\r\n");
  };

  expect_row({"at_the_bound", padded(4000), 200, false});
  expect_row({"beyond", padded(4001), 431, true});
  expect_refused_at_once("GET /hello HTTP/1.1\r\nHost: a\r\nX: " + std::string(9000, 'x'), 431);
}

TEST_F(Limits, AHeadMayHaveAsManyFieldsAsTheBound) {
  options.header_count_limit = 20;
  start();
  const auto many = [](int count) {
    std::string fields;
    for (int i = 1; i < count; ++i) fields += "X-" + std::to_string(i) + ": y\r\n";
    return get("/hello", fields);  // And Host.
  };

  expect_row({"at_the_bound", many(20), 200, false});
  expect_row({"beyond", many(21), 431, true});
}

TEST_F(Limits, ABodyMayBeAsLongAsTheRouteAllows) {
  start();
  const std::size_t limit = 256UL * 1024;
  const auto sized = [](std::size_t size) {
    return post("Content-Length: " + std::to_string(size) + "\r\n", std::string(size, 'x'));
  };

  expect_row({"at_the_bound", sized(limit), 200, false});
  expect_row({"beyond", sized(limit + 1), 413, true});
  expect_row({"chunks_at_the_bound",
              post_chunked("40000\r\n" + std::string(limit, 'x') + "\r\n0\r\n\r\n"), 200, false});
  expect_row({"chunks_beyond",
              post_chunked("40001\r\n" + std::string(limit + 1, 'x') + "\r\n0\r\n\r\n"), 413,
              true});
}

TEST_F(Limits, ConnectionIsAListOfOptions) {
  start();
  for (const std::string fields :
       {"Connection: close\r\n", "Connection: CLOSE\r\n", "Connection: te, close\r\n",
        "Connection: keep-alive\r\nConnection: close\r\n", "Connection: close, keep-alive\r\n"}) {
    expect_row({"hot", get("/hot", fields), 200, true});
    expect_row({"handler", get("/hello", fields), 200, true});
  }
  for (const std::string fields : {"Connection: keep-alive\r\n", "Connection: te, closer\r\n",
                                   "Proxy-Connection: close\r\n", "X-Connection: close\r\n"}) {
    expect_row({"hot", get("/hot", fields), 200, false});
  }
}

TEST_F(Limits, Http10GoesOnOnlyWhenAsked) {
  start();
  const auto old_get = [](const std::string& path, const std::string& fields) {
    return "GET " + path + " HTTP/1.0\r\n" + fields + "\r\n";
  };
  for (const std::string path : {"/hot", "/hello"}) {
    expect_row({"unasked", old_get(path, ""), 200, true});
    expect_row({"asked_of_a_proxy", old_get(path, "Proxy-Connection: keep-alive\r\n"), 200, true});
    expect_row({"asked_and_closed", old_get(path, "Connection: keep-alive, close\r\n"), 200, true});
    expect_row({"asked", old_get(path, "Connection: Keep-Alive\r\n"), 200, false});
    EXPECT_EQ(ask(old_get(path, "Connection: keep-alive\r\n")).fields.at("connection"),
              "keep-alive");
  }
}

TEST_F(Limits, TheLastRequestOfAConnectionIsToldSo) {
  options.max_requests_per_connection = 3;
  start();
  for (const std::string path : {"/hot", "/hello", "/file"}) {
    RawClient client = connect();
    client.send(get("/hello") + get("/hot") + get(path) + get("/hot"));

    EXPECT_FALSE(client.read_reply()->fields.contains("connection"));
    EXPECT_FALSE(client.read_reply()->fields.contains("connection"));
    EXPECT_EQ(client.read_reply()->fields.at("connection"), "close") << path;
    EXPECT_EQ(client.read_bytes(1), "") << path;
  }
}

TEST_F(Limits, AnOldConnectionIsClosedWithItsNextReply) {
  options.max_connection_age = 1ms;
  start();
  for (const std::string path : {"/hot", "/hello"}) {
    RawClient client = connect();
    std::optional<RawReply> reply;

    const bool is_told = wait_until([&] {
      client.send(get(path));
      reply = client.read_reply();
      return !reply || reply->fields.contains("connection");
    });

    ASSERT_TRUE(is_told && reply) << path;
    EXPECT_EQ(reply->fields.at("connection"), "close");
    EXPECT_EQ(client.read_bytes(1), "");
  }
}

TEST_F(Limits, AnUpgradeThatNobodyOffersIsIgnored) {
  start();
  for (const std::string fields :
       {"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n",
        "Connection: upgrade\r\nUpgrade: TLS/1.0\r\n", "Upgrade: websocket\r\n"}) {
    expect_row({"hot", get("/hot", fields), 200, false});
    expect_row({"handler", get("/hello", fields), 200, false});
  }
}

}  // namespace
}  // namespace weike::server
