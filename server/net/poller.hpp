#pragma once

#include "server/net/executor.hpp"
#include "server/net/handler_memory.hpp"

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <sys/epoll.h>

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace weike::server {

class Socket;

// Waits once. Whoever waits again gives itself back.
class Waiter {
 public:
  virtual ~Waiter() = default;
  // `operation_aborted`: the wait was cancelled or the socket closed, there may be nothing to do.
  virtual void on_wake(std::unique_ptr<Waiter> self, boost::system::error_code failure) = 0;
};

// Watches the sockets of one I/O thread by an epoll set of their own, which the io_context waits
// for as one descriptor: a socket is told to the kernel once, not at each wait. One thread.
class Poller {
 public:
  // Sockets that have their turn one right after the other.
  static constexpr std::size_t kMostInBatch = 128;

  // `report` hears of exceptions of those who waited.
  using Report = std::function<void(const std::exception_ptr&)>;
  explicit Poller(asio::io_context& io, Report report);
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  const Executor& executor() const { return executor_; }
  // Keeps the io_context running until `stop`.
  void start() { wait(); }
  void stop();

  // Tells of each change of `events`, edge-triggered (epoll_ctl(2)), until the socket is closed.
  // False when the system refuses, or after `stop`.
  bool watch(Socket& socket, std::uint32_t events, bool is_known);
  // Sockets of the same batch of events have their turn yet, or somebody goes on after it.
  bool has_more_turns() const { return !batch_.empty() || !late_.empty(); }
  // Before a socket is closed: its events go nowhere, not those that were fetched already either.
  // Closing is not enough: a process that is just being started shares the open file for a moment,
  // and with it stays what epoll watches (epoll(7), question 6).
  void forget(const Socket& socket, bool is_watched);
  // Wakes it after those whose turn it is, not before this returns.
  void wake_later(std::unique_ptr<Waiter> waiter, boost::system::error_code failure);
  // An exception of one connection is no other's business: it is reported and goes no further.
  template <class Call>
  void guarded(Call call) {
    try {
      call();
    } catch (...) {
      report_(std::current_exception());
    }
  }

 private:
  struct Late {
    std::unique_ptr<Waiter> waiter;
    boost::system::error_code failure;
  };

  void wait();
  void take_turn();
  // False when nothing was there.
  bool deliver_batch();
  void wake_late();

  const Executor executor_;
  const Report report_;
  asio::posix::basic_stream_descriptor<Executor> set_;
  std::array<epoll_event, kMostInBatch> events_;
  std::span<epoll_event> batch_;  // What is not delivered yet.
  std::vector<Late> late_;
  std::vector<Late> waking_;  // Those of the turn at hand.
  HandlerMemory wait_memory_;
  HandlerMemory post_memory_;
};

}  // namespace weike::server
