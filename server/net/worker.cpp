#include "server/net/worker.hpp"

#include "server/net/session.hpp"

#include <boost/asio/co_spawn.hpp>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace weike::server {
namespace {

// After the system ran out of descriptors.
constexpr std::chrono::milliseconds kAcceptPause{100};

Error listen_failure(const char* what, const boost::system::error_code& failure) {
  return Error{ErrorCode::unavailable, std::string(what) + ": " + failure.message()};
}

}  // namespace

Worker::Worker(SharedContext& shared)
    : shared_(shared),
      thread_context_(shared),
      acceptor_(io_.get_executor()),
      accept_pause_(io_.get_executor()),
      sweep_timer_(io_.get_executor()) {}

Result<std::unique_ptr<Worker>> Worker::open(SharedContext& shared,
                                             const asio::ip::tcp::endpoint& endpoint) {
  std::unique_ptr<Worker> worker(new Worker(shared));
  Acceptor& acceptor = worker->acceptor_;
  boost::system::error_code failure;
  acceptor.open(endpoint.protocol(), failure);
  if (failure) return listen_failure("cannot open a socket", failure);
  acceptor.set_option(asio::socket_base::reuse_address(true), failure);
  const int on = 1;
  ::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  acceptor.bind(endpoint, failure);
  if (failure) return listen_failure("cannot bind", failure);
  acceptor.listen(asio::socket_base::max_listen_connections, failure);
  if (failure) return listen_failure("cannot listen", failure);
  return worker;
}

asio::ip::tcp::endpoint Worker::endpoint() const {
  boost::system::error_code ignored;
  return acceptor_.local_endpoint(ignored);
}

void Worker::start() {
  auto report = [this](const std::exception_ptr& thrown) {
    if (!thrown) return;
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& failure) {
      shared_.observer.on_failure("", failure.what());
    }
  };
  asio::co_spawn(io_.get_executor(), accept_all(), report);
  asio::co_spawn(io_.get_executor(), sweep_all(), report);
  thread_ = std::thread([this] { io_.run(); });
}

Task<void> Worker::accept_all() {
  while (acceptor_.is_open()) {
    Socket socket(io_.get_executor());
    const auto [failure] = co_await acceptor_.async_accept(socket, kAwaitTuple);
    if (!acceptor_.is_open()) co_return;
    if (!failure) {
      admit(std::move(socket));
    } else if (failure != asio::error::connection_aborted) {
      accept_pause_.expires_after(kAcceptPause);
      co_await accept_pause_.async_wait(kAwaitTuple);
    }
  }
}

void Worker::admit(Socket socket) {
  boost::system::error_code failure;
  const asio::ip::tcp::endpoint remote = socket.remote_endpoint(failure);
  if (failure) return;
  const asio::ip::address address = plain_address(remote.address());
  const bool is_trusted = shared_.trusted.contains(address);
  std::string peer = address.to_string();
  if (!shared_.quota.take(peer, is_trusted)) {
    shared_.observer.on_connection_refused();
    return;
  }
  // Sendfile has no flag of its own for this.
  socket.native_non_blocking(true, failure);
  const int on = 1;
  ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  auto connection =
      std::make_unique<Connection>(thread_context_, std::move(socket), std::move(peer), is_trusted);
  connections_.push_back(*connection);
  auto report = [this](const std::exception_ptr& thrown) {
    if (!thrown) return;
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& error) {
      shared_.observer.on_failure("", error.what());
    }
  };
  asio::co_spawn(io_.get_executor(), run_session(std::move(connection)), report);
}

Task<void> Worker::sweep_all() {
  while (!(thread_context_.is_stopping && connections_.empty())) {
    sweep_timer_.expires_after(shared_.options.sweep);
    co_await sweep_timer_.async_wait(kAwaitTuple);
    const auto now = Deadline::Clock::now();
    for (Connection& connection : connections_) {
      if (is_aborted_) connection.abort();
      connection.sweep(now);
    }
  }
}

void Worker::begin_stop() {
  asio::post(io_, [this] {
    thread_context_.is_stopping = true;
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    accept_pause_.cancel();
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
