#include "server/net/socket.hpp"

#include <boost/asio/error.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace weike::server {

Socket::~Socket() {
  if (descriptor_ < 0) return;
  poller_->forget(*this, watched_ != 0);
  ::close(descriptor_);
}

void Socket::close() {
  if (descriptor_ < 0) return;
  poller_->forget(*this, watched_ != 0);
  ::close(std::exchange(descriptor_, -1));
  cancel();
}

void Socket::cancel() {
  for (std::unique_ptr<Waiter>& waiter : waiters_) {
    if (waiter) poller_->wake_later(std::move(waiter), asio::error::operation_aborted);
  }
}

void Socket::shutdown_send() { ::shutdown(descriptor_, SHUT_WR); }

bool Socket::is_ready(wait_type kind) const {
  if (kind == wait_read) return is_readable_;
  return kind == wait_write ? is_writable_ : is_broken_;
}

bool Socket::watch(wait_type kind) {
  const std::uint32_t wanted =
      watched_ | EPOLLIN | EPOLLRDHUP | (kind == wait_write ? EPOLLOUT : 0U);
  if (wanted == watched_) return true;
  const bool is_known = watched_ != 0;
  watched_ = wanted;
  return poller_->watch(*this, wanted, is_known);
}

void Socket::wait(wait_type kind, std::unique_ptr<Waiter> waiter) {
  if (!is_open()) return poller_->wake_later(std::move(waiter), asio::error::operation_aborted);
  if (is_ready(kind)) return poller_->wake_later(std::move(waiter), {});
  if (!watch(kind)) {
    // Nobody would tell what happens to it: whoever reads or writes finds its end.
    ::shutdown(descriptor_, SHUT_RDWR);
    is_readable_ = is_writable_ = is_ended_ = is_broken_ = true;
    return poller_->wake_later(std::move(waiter), {});
  }
  waiters_[kind] = std::move(waiter);
}

std::unique_ptr<Waiter> Socket::take_if_ready(wait_type kind) {
  return is_ready(kind) ? std::move(waiters_[kind]) : nullptr;
}

void Socket::take_events(std::uint32_t events) {
  const bool is_broken = (events & (EPOLLHUP | EPOLLERR)) != 0;
  const bool is_ended = is_broken || (events & EPOLLRDHUP) != 0;
  is_broken_ = is_broken_ || is_broken;
  is_ended_ = is_ended_ || is_ended;
  is_readable_ = is_readable_ || is_ended || (events & EPOLLIN) != 0;
  is_writable_ = is_writable_ || is_broken || (events & EPOLLOUT) != 0;
  std::unique_ptr<Waiter> reader = take_if_ready(wait_read);
  std::unique_ptr<Waiter> writer = take_if_ready(wait_write);
  std::unique_ptr<Waiter> watcher = take_if_ready(wait_error);
  Poller& poller = *poller_;
  // The first may be the end of this socket.
  for (std::unique_ptr<Waiter>* waiter : {&reader, &writer, &watcher}) {
    if (*waiter == nullptr) continue;
    poller.guarded([&] {
      Waiter& woken = **waiter;
      woken.on_wake(std::move(*waiter), {});
    });
  }
}

}  // namespace weike::server
