#include "server/config/config_checks.hpp"

#include "server/net/trusted_peers.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace weike::server {

Error bad_key(const std::string& key, const std::string& why) {
  return Error{ErrorCode::invalid_argument, "configuration key \"" + key + "\": " + why,
               "bad_configuration", key};
}

namespace {

constexpr std::size_t kMegabyte = std::size_t{1024} * 1024;

// Of these 0 would refuse everybody, or cut everybody at once.
Result<> check_not_zero(const NetOptions& net) {
  const std::array<std::pair<const char*, std::size_t>, 4> counts{{
      {"net.max_connections", net.max_connections},
      {"net.max_connections_per_address", net.max_connections_per_address},
      {"net.header_count_limit", net.header_count_limit},
      {"net.target_limit_bytes", net.target_limit_bytes},
  }};
  for (const auto& [key, value] : counts) {
    if (value == 0) return bad_key(key, "must be at least 1");
  }
  const std::array<std::pair<const char*, Milliseconds>, 7> times{{
      {"net.sweep_ms", net.sweep},
      {"net.idle_deadline_ms", net.idle_deadline},
      {"net.head_deadline_ms", net.head_deadline},
      {"net.handler_deadline_ms", net.handler_deadline},
      {"net.rate_window_ms", net.rate_window},
      {"net.event_heartbeat_ms", net.event_heartbeat},
      {"net.websocket_ping_ms", net.websocket_ping},
  }};
  for (const auto& [key, value] : times) {
    if (value.count() <= 0) return bad_key(key, "must be at least 1");
  }
  return {};
}

// The engine would find these out at the next start only.
Result<> check_peers_and_keys(const NetOptions& net) {
  if (auto trusted = TrustedPeers::parse(net.trusted_proxies); !trusted) {
    return bad_key("net.trusted_proxies", trusted.error().message);
  }
  if (net.tls.certificate.empty() && !net.tls.key.empty()) {
    return bad_key("tls.certificate", "must be set where tls.key is");
  }
  return {};
}

}  // namespace

Result<> check_ranges(const Config& config) {
  if (config.net.pool_threads == 0 || config.net.pool_threads > 1024) {
    return bad_key("net.pool_threads", "must be from 1 to 1024");
  }
  if (config.net.io_threads > 1024) return bad_key("net.io_threads", "must be at most 1024");
  if (auto fits = check_not_zero(config.net); !fits) return fits.error();
  if (auto fits = check_peers_and_keys(config.net); !fits) return fits.error();
  if (config.net.ipv6_prefix_bits > 128) {
    return bad_key("net.ipv6_prefix_bits", "must be at most 128");
  }
  if (config.log.access_sample == 0) return bad_key("log.access_sample", "must be at least 1");
  if (config.events.listeners_per_session == 0 || config.events.pending_per_listener == 0) {
    return bad_key("events", "listeners_per_session and pending_per_listener must be at least 1");
  }
  if (config.net.stream_buffer_bytes < 4096 || config.net.stream_buffer_bytes > 64 * kMegabyte) {
    return bad_key("net.stream_buffer_bytes", "must be from 4096 to 67108864");
  }
  if (config.net.file_turn_bytes < 65536 || config.net.file_turn_bytes > 1024 * kMegabyte) {
    return bad_key("net.file_turn_bytes", "must be from 65536 to 1073741824");
  }
  const std::size_t send_buffer = config.net.send_buffer_bytes;
  if (send_buffer != 0 && (send_buffer < 65536 || send_buffer > 64 * kMegabyte)) {
    return bad_key("net.send_buffer_bytes", "must be 0, or from 65536 to 67108864");
  }
  if (config.net.head_limit_bytes < 1024 ||
      config.net.head_limit_bytes > std::size_t{1024} * 1024) {
    return bad_key("net.head_limit_bytes", "must be from 1024 to 1048576");
  }
  if (config.top_rung != "eager" && config.top_rung != "when_watched") {
    return bad_key("media.top_rung", "must be eager or when_watched");
  }
  if (config.heartbeats != "durable" && config.heartbeats != "relaxed") {
    return bad_key("learning.heartbeats", "must be durable or relaxed");
  }
  const auto levels = {"debug", "info", "warning", "error"};
  if (std::find(levels.begin(), levels.end(), config.log.level) == levels.end()) {
    return bad_key("log.level", "must be debug, info, warning or error");
  }
  return {};
}

}  // namespace weike::server
