#pragma once

#include "api/http/router.hpp"
#include "server/net/connection_quota.hpp"
#include "server/net/executor.hpp"
#include "server/net/net_options.hpp"
#include "server/net/observer.hpp"
#include "server/net/output_queue.hpp"
#include "server/net/request_head.hpp"
#include "server/net/response_head.hpp"
#include "server/net/tls/tls_context.hpp"
#include "server/net/trusted_peers.hpp"
#include "server/net/unfinished.hpp"

#include <atomic>
#include <string>
#include <vector>

namespace weike::server {

// What all threads of the engine share; outlives every session.
struct SharedContext {
  const NetOptions options;  // As the engine was opened; a thread goes by its own.
  const http::Router& router;
  http::Gatekeeper& gatekeeper;
  Observer& observer;
  const TrustedPeers trusted;
  ConnectionQuota quota;
  std::unique_ptr<TlsContext> tls;  // Null without TLS.
  std::atomic<bool> has_told_of_unprobed{false};
  asio::thread_pool pool;

  SharedContext(const NetOptions& net, const http::Router& routes, http::Gatekeeper& gate,
                Observer& watcher, TrustedPeers proxies)
      : options(net),
        router(routes),
        gatekeeper(gate),
        observer(watcher),
        trusted(std::move(proxies)),
        quota(net.max_connections, net.max_connections_per_address, net.ipv6_prefix_bits),
        pool(net.pool_threads) {}
};

// What the connections of one I/O thread share: memory they use in turn, never across a suspension.
struct ThreadContext {
  SharedContext& shared;
  bool is_stopping = false;
  std::vector<char> input;  // Received bytes of the connection whose turn it is.
  OutputQueue output;       // Replies of the connection whose turn it is; empty between turns.
  SpareUnfinished spare;
  ParsedHead parsed;
  DateText date;
  RequestIds ids;
  NetOptions current;              // Changes when the configuration is read again.
  std::string transport_security;  // The value of the field of that name; empty: not sent.

  explicit ThreadContext(SharedContext& context)
      : shared(context), input(context.options.head_limit_bytes + std::size_t{64} * 1024) {
    apply(context.options);
  }

  const NetOptions& options() const { return current; }
  void apply(const NetOptions& options) {
    current = options;
    const std::uint64_t seconds = options.tls.hsts_max_age_s;
    transport_security = seconds == 0 ? "" : "max-age=" + std::to_string(seconds);
  }
};

}  // namespace weike::server
