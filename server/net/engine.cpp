#include "server/net/engine.hpp"

#include "server/net/thread_context.hpp"
#include "server/net/tls/tls_context.hpp"
#include "server/net/worker.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>

namespace weike::server {
namespace {

using asio::ip::tcp;

Result<tcp::endpoint> endpoint_of(const NetOptions& options, std::uint16_t port) {
  boost::system::error_code failure;
  const std::string& text = options.address == "localhost" ? "127.0.0.1" : options.address;
  const auto address = asio::ip::make_address(text, failure);
  if (failure) {
    return Error{
        ErrorCode::invalid_argument, "not an IP address: " + options.address, {}, "listen"};
  }
  return tcp::endpoint(address, port);
}

// With SO_REUSEPORT a second server of the same user would share the port in silence. A bind
// without it tells.
Result<> check_is_free(const tcp::endpoint& endpoint) {
  if (endpoint.port() == 0) return {};
  asio::io_context io;
  tcp::acceptor probe(io);
  boost::system::error_code failure;
  probe.open(endpoint.protocol(), failure);
  probe.set_option(asio::socket_base::reuse_address(true), failure);
  probe.bind(endpoint, failure);
  if (!failure) return {};
  return Error{ErrorCode::unavailable, "cannot listen on port " + std::to_string(endpoint.port()) +
                                           ": " + failure.message()};
}

Result<ListenPoints> listen_points(const NetOptions& options) {
  ListenPoints points;
  if (!options.tls.is_on() || options.tls.plain_port != PlainPort::off) {
    auto plain = endpoint_of(options, options.port);
    if (!plain) return plain.error();
    points.plain = *plain;
  }
  if (options.tls.is_on()) {
    auto secure = endpoint_of(options, options.tls.port);
    if (!secure) return secure.error();
    points.secure = *secure;
  }
  // With SO_REUSEPORT both would share it.
  if (points.plain && points.secure && options.port != 0 && options.port == options.tls.port) {
    return Error{ErrorCode::invalid_argument, "TLS needs a port of its own", {}, "tls.port"};
  }
  for (const auto& point : {points.plain, points.secure}) {
    if (!point) continue;
    if (const auto is_free = check_is_free(*point); !is_free) return is_free.error();
  }
  return points;
}

std::string text_of(const tcp::endpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  const std::string host = endpoint.address().is_v6() ? "[" + address + "]" : address;
  return host + ":" + std::to_string(endpoint.port());
}

// The default soft limit of 1024 descriptors is far below what the hard limit allows.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 1 << 20);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

Engine::Engine() = default;
Engine::~Engine() { stop(); }

Result<std::unique_ptr<Engine>> Engine::open(const NetOptions& options, const http::Router& router,
                                             http::Gatekeeper& gatekeeper, Observer& observer) {
  // A client that left must not end the process; sendfile has no MSG_NOSIGNAL.
  std::signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();
  auto trusted = TrustedPeers::parse(options.trusted_proxies);
  if (!trusted) return trusted.error();

  std::unique_ptr<Engine> engine(new Engine());
  engine->shared_ =
      std::make_unique<SharedContext>(options, router, gatekeeper, observer, std::move(*trusted));
  if (options.tls.is_on()) {
    auto tls = TlsContext::open(options.tls);
    if (!tls) return tls.error();
    engine->shared_->tls = std::move(*tls);
  }
  if (const auto listening = engine->listen(options); !listening) return listening.error();
  return engine;
}

Result<> Engine::listen(const NetOptions& options) {
  auto points = listen_points(options);
  if (!points) return points.error();
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  const std::size_t count = options.io_threads > 0 ? options.io_threads : cores;
  for (std::size_t i = 0; i < count; ++i) {
    auto worker = Worker::open(*shared_, *points);
    if (!worker) return worker.error();
    workers_.push_back(std::move(*worker));
  }
  if (points->plain) {
    port_ = points->plain->port();
    address_ = text_of(*points->plain);
  }
  if (points->secure) {
    secure_port_ = points->secure->port();
    secure_address_ = text_of(*points->secure);
  }
  return {};
}

Result<> Engine::reload(const NetOptions& options) {
  NetOptions fresh = options;
  const NetOptions& first = shared_->options;
  // Memory is laid out by these.
  fresh.head_limit_bytes = first.head_limit_bytes;
  fresh.stream_buffer_bytes = first.stream_buffer_bytes;
  // Whether there is TLS at all, and where, waits for the next start.
  if (!shared_->tls || !fresh.tls.is_on()) fresh.tls = first.tls;
  fresh.tls.port = secure_port_;
  fresh.tls.plain_port = first.tls.plain_port;
  shared_->quota.set_limits(fresh.max_connections, fresh.max_connections_per_address);
  for (const auto& worker : workers_) worker->apply(fresh);
  stop_grace_ = fresh.stop_grace;
  if (!shared_->tls || !options.tls.is_on()) return {};
  return shared_->tls->reload(fresh.tls);
}

std::string_view Engine::tls_engine() const {
  if (!shared_->tls) return "off";
  return shared_->tls->engine() == TlsEngine::own ? "own" : "kernel";
}

std::string Engine::certificate_end() const {
  return shared_->tls ? shared_->tls->certificate_end() : "";
}

void Engine::start() {
  is_running_ = true;
  stop_grace_ = shared_->options.stop_grace;
  for (const auto& worker : workers_) worker->start();
}

void Engine::stop() {
  if (!is_running_) return;
  is_running_ = false;
  for (const auto& worker : workers_) worker->begin_stop();

  std::mutex mutex;
  std::condition_variable all_done;
  bool is_done = false;
  std::thread impatient([&] {
    std::unique_lock lock(mutex);
    if (all_done.wait_for(lock, stop_grace_, [&] { return is_done; })) return;
    for (const auto& worker : workers_) worker->abort_all();
  });
  for (const auto& worker : workers_) worker->join();
  {
    const std::lock_guard lock(mutex);
    is_done = true;
  }
  all_done.notify_one();
  impatient.join();
  shared_->pool.join();
}

std::size_t Engine::connections() const { return shared_->quota.total(); }

}  // namespace weike::server
