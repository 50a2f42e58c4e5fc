#pragma once

#include "server/net/poller.hpp"

#include <array>
#include <cstdint>
#include <exception>
#include <memory>
#include <utility>

namespace weike::server {

// A connected TCP socket of an I/O thread, non-blocking. Whoever moves bytes tells it where they
// ended: the kernel tells of changes only. It stays in its place once it was waited for. One
// thread.
class Socket {
 public:
  using executor_type = Executor;
  // As Asio names it.
  // NOLINTNEXTLINE(readability-identifier-naming)
  enum wait_type : std::uint8_t { wait_read, wait_write, wait_error };

  // Owns `descriptor`; the poller outlives it.
  Socket(Poller& poller, int descriptor) : poller_(&poller), descriptor_(descriptor) {}
  Socket(Socket&& other) noexcept
      : poller_(other.poller_), descriptor_(std::exchange(other.descriptor_, -1)) {}
  Socket& operator=(Socket&&) = delete;
  ~Socket();

  const Executor& get_executor() const { return poller_->executor(); }
  int native_handle() const { return descriptor_; }
  bool is_open() const { return descriptor_ >= 0; }

  // Whoever waits is woken with `operation_aborted`, not before this returns.
  void close();
  void cancel();
  // Tells the peer that nothing follows.
  void shutdown_send();

  // A read found all there was, a write found no room: the next wait waits.
  void note_drained() { is_readable_ = is_ended_; }
  void note_full() { is_writable_ = is_broken_; }
  // Nothing that a read could find comes behind what is in the kernel: read to the end.
  bool is_ended() const { return is_ended_; }

  // Others have their turn right after this one, or have put off the rest of theirs.
  bool has_followers() const { return poller_->has_more_turns(); }
  // After others had their turn.
  void wake_later(std::unique_ptr<Waiter> waiter) { poller_->wake_later(std::move(waiter), {}); }
  // One waiter of each kind. Readable and writable as by poll(2), the end and errors of the
  // connection included; `wait_error` sees only the latter.
  void wait(wait_type kind, std::unique_ptr<Waiter> waiter);
  // The same as an asynchronous operation of Asio, void(error_code).
  template <class Token>
  auto async_wait(wait_type kind, Token&& token) {
    return asio::async_initiate<Token, void(boost::system::error_code)>(
        [](auto handler, Socket* socket, wait_type awaited) {
          using Handler = decltype(handler);
          socket->wait(awaited, std::make_unique<HandlerWaiter<Handler>>(std::move(handler)));
        },
        token, this, kind);
  }

  // Called by the poller with epoll's events.
  void take_events(std::uint32_t events);

 private:
  template <class Handler>
  struct HandlerWaiter final : Waiter {
    explicit HandlerWaiter(Handler&& own) : handler(std::move(own)) {}
    void on_wake(std::unique_ptr<Waiter> self, boost::system::error_code failure) override {
      // The handler may destroy the socket; the memory goes first.
      Handler resumed = std::move(handler);
      self.reset();
      std::move(resumed)(failure);
    }
    Handler handler;
  };

  bool is_ready(wait_type kind) const;
  bool watch(wait_type kind);
  std::unique_ptr<Waiter> take_if_ready(wait_type kind);

  Poller* poller_;
  int descriptor_;
  std::uint32_t watched_ = 0;  // Epoll's events.
  // What the kernel told and no read or write has used up.
  bool is_readable_ = false;
  bool is_writable_ = false;
  bool is_ended_ = false;   // The peer sends no more.
  bool is_broken_ = false;  // Nothing goes either way.
  std::array<std::unique_ptr<Waiter>, 3> waiters_;
};

}  // namespace weike::server
