#pragma once

#include "model/time.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace weike::server {

// What the plain port does beside TLS.
enum class PlainPort {
  redirect,  // Leads every request but /healthz and /readyz to https.
  serve,     // Answers as the TLS port does.
  off,       // Is not opened.
};

// Whether the kernel is offered to encrypt what is sent (kTLS).
enum class KernelTls {
  detect,  // Where it has TLS.
  offer,   // In any case; it may refuse each connection.
};

// TLS in the engine. Off while `certificate` is empty.
struct TlsOptions {
  std::string certificate;    // PEM file: the server's certificate, then its chain.
  std::string key;            // PEM file; empty: the key stands in the certificate's file.
  std::uint16_t port = 8443;  // On the address of the plain port. 0 picks a free one.
  PlainPort plain_port = PlainPort::redirect;
  // Strict-Transport-Security (RFC 6797) in seconds, sent over TLS only; 0: not sent. A browser
  // that has seen it refuses plain HTTP of this host, on any port, for so long: 63072000 once all
  // is settled.
  std::uint64_t hsts_max_age_s = 0;
  KernelTls kernel = KernelTls::detect;  // Not a setting: for tests.

  bool is_on() const { return !certificate.empty(); }
};

// How the connection engine listens and where its bounds are.
struct NetOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;  // 0 picks a free one.
  TlsOptions tls;
  std::size_t io_threads = 0;    // 0: one for each core.
  std::size_t pool_threads = 8;  // For handlers, which block.
  std::size_t max_connections = 20'000;
  // Of one address. Many phones share one behind a carrier's NAT; listed proxies are exempt.
  std::size_t max_connections_per_address = 2'000;
  unsigned ipv6_prefix_bits = 64;  // What counts as one address there: a client has a whole /64.
  // A connection that reaches one of these is told so with its next reply, then closed; 0: no
  // bound.
  std::size_t max_requests_per_connection = 100'000;
  Milliseconds max_connection_age = std::chrono::hours{1};
  std::vector<std::string> trusted_proxies;  // Addresses or networks: "10.0.0.0/8".

  std::size_t target_limit_bytes = 8UL * 1024;
  std::size_t head_limit_bytes = 16UL * 1024;
  std::size_t header_count_limit = 100;
  // For each running upload. Only one that comes faster than it is written fills it.
  std::size_t stream_buffer_bytes = 2UL * 1024 * 1024;
  std::size_t file_turn_bytes = 2UL * 1024 * 1024;  // Sent at most before others have their turn.

  // Of each connection, in the kernel, which takes twice as much; 0: as the kernel likes. More than
  // a path holds only waits there and falls out of the processor's caches (measured: 3 MB then cost
  // 5 times as much); less slows far clients, to about twice this in each round trip.
  std::size_t send_buffer_bytes = 256UL * 1024;

  Milliseconds idle_deadline = std::chrono::seconds{75};     // Between two requests.
  Milliseconds head_deadline = std::chrono::seconds{10};     // First to last byte of a head.
  Milliseconds handler_deadline = std::chrono::seconds{60};  // Of one call on the pool.
  // Bodies and replies must move `minimum_rate` bytes per second, averaged over this window.
  Milliseconds rate_window = std::chrono::seconds{30};
  std::size_t minimum_rate = 1024;
  Milliseconds linger = std::chrono::seconds{2};       // Wait for the client to read a refusal.
  Milliseconds stop_grace = std::chrono::seconds{10};  // For what is under way at a stop.
  Milliseconds sweep = std::chrono::seconds{1};        // How often deadlines are looked at.
  Milliseconds event_heartbeat = std::chrono::seconds{15};
  Milliseconds websocket_ping = std::chrono::seconds{30};  // Of one that says nothing.
};

}  // namespace weike::server
