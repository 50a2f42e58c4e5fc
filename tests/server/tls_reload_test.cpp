#include "server/config/config.hpp"
#include "tests/server/tls_fixture.hpp"

#include <openssl/ssl.h>

#include <fstream>

namespace weike::server {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(TlsTest, ReloadGivesNewConnectionsTheNewCertificateAndLeavesTheOldOnesAlone) {
  start();
  const auto old_client = connect_tls();
  EXPECT_EQ(old_client->common_name(), "localhost");
  const TestCertificate renewed("renewed");
  renewed.overwrite(certificate);

  ASSERT_TRUE(engine->reload(options));

  EXPECT_EQ(connect_tls()->common_name(), "renewed");
  old_client->send(get("/hello") + get("/file"));
  EXPECT_EQ(old_client->read_reply()->body, "hello");
  EXPECT_EQ(old_client->read_reply()->body.size(), file_bytes);
}

TEST_F(TlsTest, ReloadTakesOtherFilesToo) {
  start();
  const TestCertificate other("other");
  options.tls.certificate = other.certificate_file();
  options.tls.key = other.key_file();

  ASSERT_TRUE(engine->reload(options));

  EXPECT_EQ(connect_tls()->common_name(), "other");
}

TEST_F(TlsTest, BrokenFileKeepsTheCertificateThatIsServed) {
  start();
  std::ofstream(certificate.certificate_file()) << "not a certificate";

  const auto reloaded = engine->reload(options);

  ASSERT_FALSE(reloaded);
  EXPECT_EQ(reloaded.error().field, "tls.certificate");
  EXPECT_EQ(connect_tls()->common_name(), "localhost");
}

TEST_F(TlsTest, TicketsOutliveAReload) {
  start();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const auto first = connect_tls({.version = version});
    first->send(get("/hello"));
    ASSERT_TRUE(first->read_reply());
    const SessionPtr session = first->take_session();
    ASSERT_TRUE(engine->reload(options));
    EXPECT_TRUE(connect_tls({.version = version, .session = session.get()})->is_resumed());
  }
}

TEST_F(TlsTest, ReloadsUnderLoadLoseNoConnection) {
  options.io_threads = 2;
  start();
  const std::jthread reloader([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) EXPECT_TRUE(engine->reload(options));
  });
  for (int round = 0; round < 100; ++round) {
    const auto client = connect_tls();
    client->send(get("/hello"));
    const auto reply = client->read_reply();
    ASSERT_TRUE(reply) << round;
    EXPECT_EQ(reply->body, "hello");
  }
}

TEST_F(TlsTest, DeadlinesAndLimitsAreTakenOver) {
  options.idle_deadline = std::chrono::hours{1};
  start();
  const auto idle = connect_tls();
  idle->send(get("/hello"));
  ASSERT_TRUE(idle->read_reply());

  options.idle_deadline = 50ms;
  options.tls.hsts_max_age_s = 5;
  ASSERT_TRUE(engine->reload(options));
  // The new deadline counts from the next request on.
  idle->send(get("/hello"));

  EXPECT_EQ(idle->read_reply()->fields.at("strict-transport-security"), "max-age=5");
  EXPECT_NE(idle->read_to_end(), TlsClient::End::silence);
}

TEST_F(TlsTest, LimitOfConnectionsIsTakenOver) {
  start();
  options.max_connections_per_address = 1;
  ASSERT_TRUE(engine->reload(options));
  const auto first = connect_tls();

  EXPECT_FALSE(connect_tls()->is_connected());
  first->send(get("/hello"));
  EXPECT_EQ(first->read_reply()->body, "hello");
}

TEST(ConfigChanges, AreNamedAndSortedByWhatARunningServerTakes) {
  const Config before;
  Config after;
  after.log.level = "debug";
  after.net.idle_deadline = 1s;
  after.net.pool_threads = 3;
  after.net.tls.certificate = "x.pem";
  after.data = "elsewhere";

  EXPECT_THAT(changed_keys(before, after),
              testing::UnorderedElementsAre("data", "log.level", "tls.certificate",
                                            "net.pool_threads", "net.idle_deadline_ms"));
  EXPECT_TRUE(changed_keys(before, before).empty());
  for (const char* key : {"log.level", "tls.certificate", "tls.key", "tls.hsts_max_age_s",
                          "net.idle_deadline_ms", "net.max_connections"}) {
    EXPECT_TRUE(applies_at_run_time(key)) << key;
  }
  for (const char* key : {"data", "listen", "tls.port", "tls.plain_port", "net.pool_threads",
                          "net.head_limit_bytes", "media.top_rung"}) {
    EXPECT_FALSE(applies_at_run_time(key)) << key;
  }
}

}  // namespace
}  // namespace weike::server
