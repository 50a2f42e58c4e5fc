#include "server/net/worker.hpp"

#include "server/net/session.hpp"
#include "server/net/turned_away.hpp"

#include <boost/asio/co_spawn.hpp>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

namespace weike::server {
namespace {

// After the system refused.
constexpr std::chrono::milliseconds kAcceptPause{100};
// Open connections have their turn after this many new ones.
constexpr int kMostAccepts = 64;

Error listen_failure(const char* what, const boost::system::error_code& failure) {
  return Error{ErrorCode::unavailable, std::string(what) + ": " + failure.message()};
}

}  // namespace

Worker::Worker(SharedContext& shared)
    : shared_(shared),
      poller_(io_, [this](const std::exception_ptr& thrown) { report(shared_, thrown); }),
      thread_context_(shared),
      sweep_timer_(io_.get_executor()) {
  if (shared.tls) tls_buffers_ = std::make_unique<TlsBuffers>();
}

Result<std::unique_ptr<Worker>> Worker::open(SharedContext& shared, ListenPoints& points) {
  std::unique_ptr<Worker> worker(new Worker(shared));
  if (points.plain) {
    if (const auto done = worker->listen(*points.plain, Wire::plain); !done) return done.error();
  }
  if (points.secure) {
    if (const auto done = worker->listen(*points.secure, Wire::tls); !done) return done.error();
    worker->thread_context_.current.tls.port = points.secure->port();
  }
  return worker;
}

Result<> Worker::listen(asio::ip::tcp::endpoint& endpoint, Wire wire) {
  Listener& listener = listeners_.emplace_back(io_.get_executor());
  listener.wire = wire;
  Acceptor& acceptor = listener.acceptor;
  boost::system::error_code failure;
  acceptor.open(endpoint.protocol(), failure);
  if (failure) return listen_failure("cannot open a socket", failure);
  acceptor.set_option(asio::socket_base::reuse_address(true), failure);
  const int on = 1;
  ::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  // Connections inherit these.
  ::setsockopt(acceptor.native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const int bytes = static_cast<int>(thread_context_.options().send_buffer_bytes);
  if (bytes > 0)
    ::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  acceptor.native_non_blocking(true, failure);
  if (failure) return listen_failure("cannot listen", failure);
  acceptor.bind(endpoint, failure);
  if (failure) return listen_failure("cannot bind", failure);
  acceptor.listen(asio::socket_base::max_listen_connections, failure);
  if (failure) return listen_failure("cannot listen", failure);
  endpoint = acceptor.local_endpoint(failure);
  return {};
}

void Worker::start() {
  auto note = [this](const std::exception_ptr& thrown) { report(shared_, thrown); };
  for (Listener& listener : listeners_) {
    asio::co_spawn(io_.get_executor(), accept_all(&listener), note);
  }
  asio::co_spawn(io_.get_executor(), sweep_all(), note);
  poller_.start();
  thread_ = std::thread([this] {
    bool is_over = false;
    while (!is_over) {
      poller_.guarded([&] {
        io_.run();
        is_over = true;
      });
    }
  });
}

Task<void> Worker::accept_all(Listener* listener) {
  Acceptor& acceptor = listener->acceptor;
  while (acceptor.is_open()) {
    co_await acceptor.async_wait(Acceptor::wait_read, kAwaitTuple);
    if (!acceptor.is_open() || accept_batch(*listener)) continue;
    listener->pause.expires_after(kAcceptPause);
    co_await listener->pause.async_wait(kAwaitTuple);
  }
}

// False when the system refuses, as it does without descriptors or memory.
bool Worker::accept_batch(Listener& listener) {
  for (int i = 0; i < kMostAccepts; ++i) {
    asio::ip::tcp::endpoint remote;
    auto length = static_cast<socklen_t>(remote.capacity());
    const int descriptor = ::accept4(listener.acceptor.native_handle(), remote.data(), &length,
                                     SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor >= 0) {
      remote.resize(length);
      poller_.guarded([&] { admit(Socket(poller_, descriptor), remote.address(), listener.wire); });
    } else if (errno == EAGAIN) {
      return true;
    } else if (errno != ECONNABORTED && errno != EINTR) {
      return false;
    }
  }
  return true;
}

void Worker::admit(Socket socket, const asio::ip::address& peer, Wire wire) {
  const asio::ip::address address = plain_address(peer);
  const bool is_trusted = shared_.trusted.contains(address);
  const Admission admission = shared_.quota.take(address, is_trusted);
  if (admission != Admission::granted) {
    return turn_away(socket.native_handle(), thread_context_, admission, wire);
  }
  std::unique_ptr<TlsStream> tls;
  if (wire == Wire::tls) {
    tls = shared_.tls->make_stream(socket.native_handle(), *tls_buffers_);
    if (!tls) return shared_.quota.release(address, is_trusted);
  }
  Transport transport(std::move(socket), std::move(tls));
  auto connection =
      std::make_unique<Connection>(thread_context_, std::move(transport), address, is_trusted);
  connections_.push_back(*connection);
  begin_session(std::move(connection));
}

Task<void> Worker::sweep_all() {
  while (!(thread_context_.is_stopping && connections_.empty())) {
    sweep_timer_.expires_after(thread_context_.options().sweep);
    co_await sweep_timer_.async_wait(kAwaitTuple);
    if (tls_buffers_) tls_buffers_->hot.cool();
    const auto now = Deadline::Clock::now();
    for (Connection& connection : connections_) {
      if (is_aborted_) connection.abort();
      poller_.guarded([&] { connection.sweep(now); });
    }
  }
  poller_.stop();
}

void Worker::apply(const NetOptions& options) {
  asio::post(io_, [this, options] {
    thread_context_.apply(options);
    sweep_timer_.cancel();
  });
}

void Worker::begin_stop() {
  asio::post(io_, [this] {
    thread_context_.is_stopping = true;
    boost::system::error_code ignored;
    for (Listener& listener : listeners_) {
      listener.acceptor.close(ignored);
      listener.pause.cancel();
    }
    for (Connection& connection : connections_) connection.close_if_idle();
    sweep_timer_.cancel();
  });
}

void Worker::abort_all() {
  asio::post(io_, [this] {
    is_aborted_ = true;
    sweep_timer_.cancel();
  });
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace weike::server
