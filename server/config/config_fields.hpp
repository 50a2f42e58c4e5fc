#pragma once

#include "server/config/config.hpp"

namespace weike::server {

// The one list of all keys. `visit` has `section(name, body)` and `field(name, value)`; durations
// are given as milliseconds under names that say so.
template <class Visitor, class AnyConfig>
void describe_net(Visitor& visit, AnyConfig& net) {
  visit.field("io_threads", net.io_threads);
  visit.field("pool_threads", net.pool_threads);
  visit.field("max_connections", net.max_connections);
  visit.field("max_connections_per_address", net.max_connections_per_address);
  visit.field("ipv6_prefix_bits", net.ipv6_prefix_bits);
  visit.field("max_requests_per_connection", net.max_requests_per_connection);
  visit.field("max_connection_age_ms", net.max_connection_age);
  visit.field("trusted_proxies", net.trusted_proxies);
  visit.field("target_limit_bytes", net.target_limit_bytes);
  visit.field("head_limit_bytes", net.head_limit_bytes);
  visit.field("header_count_limit", net.header_count_limit);
  visit.field("stream_buffer_bytes", net.stream_buffer_bytes);
  visit.field("file_turn_bytes", net.file_turn_bytes);
  visit.field("send_buffer_bytes", net.send_buffer_bytes);
  visit.field("idle_deadline_ms", net.idle_deadline);
  visit.field("head_deadline_ms", net.head_deadline);
  visit.field("handler_deadline_ms", net.handler_deadline);
  visit.field("rate_window_ms", net.rate_window);
  visit.field("minimum_rate_bytes_per_s", net.minimum_rate);
  visit.field("linger_ms", net.linger);
  visit.field("stop_grace_ms", net.stop_grace);
  visit.field("sweep_ms", net.sweep);
  visit.field("event_heartbeat_ms", net.event_heartbeat);
  visit.field("websocket_ping_ms", net.websocket_ping);
}

template <class Visitor, class AnyTls>
void describe_tls(Visitor& visit, AnyTls& tls) {
  visit.field("certificate", tls.certificate);
  visit.field("key", tls.key);
  visit.field("port", tls.port);
  visit.field("plain_port", tls.plain_port);
  visit.field("hsts_max_age_s", tls.hsts_max_age_s);
}

template <class Visitor, class AnyConfig>
void describe(Visitor& visit, AnyConfig& config) {
  visit.field("listen", config.listen);
  visit.field("data", config.data);
  visit.field("web_root", config.web_root);
  visit.section("administrator", [&] {
    visit.field("account", config.administrator.account);
    visit.field("password", config.administrator.password);
  });
  visit.section("log", [&] {
    visit.field("level", config.log.level);
    visit.field("file", config.log.file);
    visit.field("access", config.log.access);
    visit.field("access_sample", config.log.access_sample);
  });
  visit.section("tls", [&] { describe_tls(visit, config.net.tls); });
  visit.section("net", [&] { describe_net(visit, config.net); });
  visit.section("events", [&] {
    visit.field("pending_per_listener", config.events.pending_per_listener);
    visit.field("remembered", config.events.remembered);
    visit.field("listeners_per_session", config.events.listeners_per_session);
    visit.field("retry_ms", config.events.retry);
    visit.field("retry_spread_ms", config.events.retry_spread);
  });
  visit.section("storage", [&] {
    visit.field("database_cache_bytes", config.database_cache_bytes);
    visit.field("low_water_bytes", config.low_water_bytes);
  });
  visit.section("media", [&] {
    visit.field("transcode_workers", config.transcode_workers);
    visit.field("top_rung", config.top_rung);
    visit.field("copy_conforming_sources", config.plan.may_copy);
    visit.field("skip_stills", config.plan.may_skip_stills);
    visit.field("av1", config.plan.has_av1);
    visit.field("min_duration_ms", config.media.min_duration_ms);
    visit.field("max_duration_ms", config.media.max_duration_ms);
    visit.field("max_pixels", config.media.max_pixels);
    visit.field("max_streams", config.media.max_streams);
  });
  visit.section("accounts", [&] {
    visit.field("root_unit_name", config.accounts.root_unit_name);
    visit.field("session_idle_ms", config.sessions.idle_limit);
    visit.field("session_absolute_ms", config.sessions.absolute_limit);
    visit.field("sessions_per_account", config.sessions.max_per_account);
    visit.field("log_in_attempts_per_account", config.sessions.throttle.attempts_per_account);
    visit.field("log_in_attempts_per_address", config.sessions.throttle.attempts_per_address);
    visit.field("log_in_window_ms", config.sessions.throttle.window);
  });
  visit.section("uploads", [&] {
    visit.field("max_bytes", config.uploads.max_bytes);
    visit.field("unit_quota_bytes", config.uploads.unit_quota_bytes);
    visit.field("max_unfinished_per_person", config.uploads.max_unfinished_per_person);
    visit.field("disk_reserve_bytes", config.uploads.disk_reserve_bytes);
    visit.field("lifetime_ms", config.uploads.lifetime);
    visit.field("remembered_ms", config.uploads.remembered);
  });
  visit.section("learning", [&] { visit.field("heartbeats", config.heartbeats); });
  visit.section("lessons", [&] {
    visit.field("title_characters", config.content.title);
    visit.field("summary_characters", config.content.summary);
    visit.field("name_characters", config.content.name);
    visit.field("tags", config.content.tags);
    visit.field("tag_characters", config.content.tag);
  });
  visit.field("channels", config.channels);
}

}  // namespace weike::server
