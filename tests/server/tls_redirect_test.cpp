#include "tests/server/tls_fixture.hpp"

namespace weike::server {
namespace {

using testing::HasSubstr;

class RedirectTest : public TlsTest {
 protected:
  RedirectTest() { options.tls.plain_port = PlainPort::redirect; }

  // Where the plain port leads a request for `target` at `host`; the port shown as PORT.
  std::string location_of(const std::string& target, const std::string& host,
                          const std::string& method = "GET") {
    RawClient client = connect();
    client.send(method + " " + target + " HTTP/1.1\r\nHost: " + host +
                "\r\nContent-Length: 0\r\n\r\n");
    const auto reply = client.read_reply(method == "HEAD");
    if (!reply || reply->status != 308) return "not led elsewhere";
    std::string location = reply->fields.at("location");
    const std::string port = ":" + std::to_string(engine->secure_port());
    if (const auto at = location.find(port); at != std::string::npos) {
      location.replace(at, port.size(), ":PORT");
    }
    return location;
  }
};

TEST_F(RedirectTest, PlainPortLeadsToTheSameHostPathAndQuery) {
  start();
  const std::tuple<std::string, std::string, std::string> rows[] = {
      {"/hello", "example.org", "https://example.org:PORT/hello"},
      {"/hello", "example.org:8080", "https://example.org:PORT/hello"},
      {"/a%20b/%e4?q=1&r=%2F", "x", "https://x:PORT/a%20b/%e4?q=1&r=%2F"},
      {"/hot", "127.0.0.1:1", "https://127.0.0.1:PORT/hot"},
      {"/", "[::1]:8080", "https://[::1]:PORT/"},
      {"/", "[::1]", "https://[::1]:PORT/"},
      {"http://real.example/x?y", "other.example", "https://real.example:PORT/x?y"},
  };
  for (const auto& [target, host, location] : rows) {
    EXPECT_EQ(location_of(target, host), location) << target << " " << host;
  }
}

TEST_F(RedirectTest, AllMethodsAreLedAndTheConnectionStays) {
  start();
  for (const std::string method : {"GET", "HEAD", "POST", "PUT", "DELETE"}) {
    EXPECT_EQ(location_of("/hello", "a", method), "https://a:PORT/hello") << method;
  }
  RawClient client = connect();
  client.send(get("/hello") + get("/hot"));
  EXPECT_EQ(client.read_reply()->status, 308);
  EXPECT_EQ(client.read_reply()->status, 308);
}

TEST_F(RedirectTest, BodyOfALedRequestIsNotTakenForTheNextRequest) {
  start();
  RawClient client = connect();
  const std::string body = get("/hot");
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) +
              "\r\n\r\n" + body);

  const auto reply = client.read_reply();

  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 308);
  EXPECT_EQ(reply->fields.at("connection"), "close");
  EXPECT_TRUE(client.is_closed_within(std::chrono::seconds{5}));
}

TEST_F(RedirectTest, HealthIsAnsweredInPlain) {
  for (const char* path : {"/healthz", "/readyz"}) {
    http::Route route;
    route.method = http::Method::get;
    route.pattern = path;
    route.gate = http::Gate::open;
    route.handler = [](http::Request&) { return http::Response(); };
    router.add(route);
  }
  start();
  EXPECT_EQ(location_of("/healthz", "a"), "not led elsewhere");
  EXPECT_EQ(location_of("/readyz", "a"), "not led elsewhere");
}

TEST_F(RedirectTest, ListedProxiesAreServedInPlain) {
  options.trusted_proxies = {"127.0.0.1"};
  start();
  EXPECT_EQ(location_of("/hello", "a"), "not led elsewhere");
}

TEST_F(RedirectTest, TlsItselfIsNotLed) {
  start();
  const auto client = connect_tls();
  client->send(get("/hello"));
  EXPECT_EQ(client->read_reply()->body, "hello");
}

TEST_F(RedirectTest, PlainPortCanBeLeftShut) {
  options.tls.plain_port = PlainPort::off;
  start();
  EXPECT_EQ(engine->port(), 0);
  EXPECT_EQ(engine->address(), "");
  const auto client = connect_tls();
  client->send(get("/hello"));
  EXPECT_EQ(client->read_reply()->body, "hello");
}

TEST_F(TlsTest, StrictTransportSecurityIsSaidOverTlsOnly) {
  options.tls.hsts_max_age_s = 63'072'000;
  start();
  const auto client = connect_tls();
  RawClient plain = connect();
  for (const std::string path : {"/hello", "/hot", "/hot-file", "/nowhere"}) {
    client->send(get(path));
    plain.send(get(path));
    const auto secure = client->read_reply();
    EXPECT_EQ(secure->fields.at("strict-transport-security"), "max-age=63072000") << path;
    EXPECT_FALSE(plain.read_reply()->fields.contains("strict-transport-security")) << path;
  }
}

TEST_F(TlsTest, StrictTransportSecurityIsOffUnlessSet) {
  start();
  const auto client = connect_tls();
  client->send(get("/hello"));
  EXPECT_FALSE(client->read_reply()->fields.contains("strict-transport-security"));
}

TEST_F(TlsTest, OnePortForBothIsRefused) {
  options.port = 45'443;
  options.tls.port = 45'443;
  const auto opened = Engine::open(options, router, gate, observer);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().field, "tls.port");
}

TEST_F(RedirectTest, ConfigurationWithoutTlsThatIsReadAgainLeavesItOn) {
  start();
  NetOptions without = options;
  without.tls = {};

  ASSERT_TRUE(engine->reload(without));

  EXPECT_EQ(location_of("/hello", "a"), "https://a:PORT/hello");
  EXPECT_EQ(connect_tls()->common_name(), "localhost");
}

}  // namespace
}  // namespace weike::server
