#include "server/config/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weike::server {
namespace {

using nlohmann::json;
using testing::HasSubstr;

TEST(Config, PrintedDefaultsAreAcceptedAndChangeNothing) {
  Config config;
  const nlohmann::ordered_json printed = to_json(config);

  ASSERT_TRUE(apply_json(json::parse(printed.dump()), config));

  EXPECT_EQ(to_json(config), printed);
}

TEST(Config, ValuesAreTaken) {
  Config config;
  const auto applied =
      apply_json(json::parse(R"({"listen": "[::1]:81", "net": {"trusted_proxies": ["10.0.0.0/8"],
        "idle_deadline_ms": 5}, "channels": [{"id": "a-1", "title_zh": "一", "title_en": "One"}]})"),
                 config);

  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_EQ(config.net.address, "::1");
  EXPECT_EQ(config.net.port, 81);
  EXPECT_EQ(config.net.idle_deadline, Milliseconds{5});
  EXPECT_EQ(config.channels.size(), 1U);
}

TEST(Config, WrongKeysAreRefusedByName) {
  const std::pair<const char*, const char*> rows[] = {
      {R"({"nett": {}})", "nett"},
      {R"({"net": {"threads": 1}})", "net.threads"},
      {R"({"net": 1})", "net"},
      {R"({"net": {"pool_threads": "8"}})", "net.pool_threads"},
      {R"({"net": {"pool_threads": -1}})", "net.pool_threads"},
      {R"({"net": {"pool_threads": 0}})", "net.pool_threads"},
      {R"({"net": {"idle_deadline_ms": 1.5}})", "net.idle_deadline_ms"},
      {R"({"net": {"trusted_proxies": [1]}})", "net.trusted_proxies"},
      {R"({"net": {"trusted_proxies": ["10.0.0.0/99"]}})", "net.trusted_proxies"},
      {R"({"net": {"max_connections": 0}})", "net.max_connections"},
      {R"({"net": {"header_count_limit": 0}})", "net.header_count_limit"},
      {R"({"net": {"idle_deadline_ms": 0}})", "net.idle_deadline_ms"},
      {R"({"net": {"rate_window_ms": 0}})", "net.rate_window_ms"},
      {R"({"net": {"websocket_ping_ms": 0}})", "net.websocket_ping_ms"},
      {R"({"net": {"stream_buffer_bytes": 1000000000}})", "net.stream_buffer_bytes"},
      {R"({"net": {"send_buffer_bytes": 1000}})", "net.send_buffer_bytes"},
      {R"({"tls": {"key": "key.pem"}})", "tls.certificate"},
      {R"({"log": {"access": 1}})", "log.access"},
      {R"({"log": {"level": "loud"}})", "log.level"},
      {R"({"tls": {"plain_port": "both"}})", "tls.plain_port"},
      {R"({"tls": {"port": 70000}})", "tls.port"},
      {R"({"log": {"access_sample": 0}})", "log.access_sample"},
      {R"({"net": {"ipv6_prefix_bits": 129}})", "net.ipv6_prefix_bits"},
      {R"({"events": {"listeners_per_session": 0}})", "events"},
      {R"({"media": {"top_rung": "never"}})", "media.top_rung"},
      {R"({"learning": {"heartbeats": "lost"}})", "learning.heartbeats"},
      {R"({"channels": []})", "channels"},
      {R"({"channels": [{"id": "A", "title_zh": "", "title_en": ""}]})", "channels"},
      {R"({"listen": "nowhere"})", "listen"},
      {R"({"listen": "127.0.0.1:99999"})", "listen"},
  };
  for (const auto& [text, key] : rows) {
    Config config;
    const auto applied = apply_json(json::parse(text), config);
    ASSERT_FALSE(applied) << text;
    EXPECT_EQ(applied.error().code, ErrorCode::invalid_argument) << text;
    EXPECT_EQ(applied.error().field, key) << text;
  }
}

TEST(Config, AbsentFileIsNotFound) {
  const auto loaded = load_config("/nonexistent/weike.json");

  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, ErrorCode::not_found);
}

TEST(Config, FolderIsToldToBeUnreadable) {
  const auto loaded = load_config("/");

  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace weike::server
