#include "server/net/poller.hpp"

#include "server/net/socket.hpp"

#include <boost/asio/bind_allocator.hpp>

#include <cerrno>
#include <system_error>

namespace weike::server {
namespace {

// Timers and what other threads posted have their turn after this many.
constexpr int kMostBatches = 4;

int open_set() {
  const int set = ::epoll_create1(EPOLL_CLOEXEC);
  if (set < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  return set;
}

}  // namespace

Poller::Poller(asio::io_context& io, Report report)
    : executor_(io.get_executor()), report_(std::move(report)), set_(executor_, open_set()) {
  late_.reserve(kMostInBatch);
  waking_.reserve(kMostInBatch);
}

void Poller::stop() {
  boost::system::error_code ignored;
  set_.close(ignored);
}

bool Poller::watch(Socket& socket, std::uint32_t events, bool is_known) {
  if (!set_.is_open()) return false;
  epoll_event event{};
  event.events = events | EPOLLET;
  event.data.ptr = &socket;
  const int operation = is_known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  return ::epoll_ctl(set_.native_handle(), operation, socket.native_handle(), &event) == 0;
}

void Poller::forget(const Socket& socket, bool is_watched) {
  if (is_watched && set_.is_open())
    ::epoll_ctl(set_.native_handle(), EPOLL_CTL_DEL, socket.native_handle(), nullptr);
  for (epoll_event& event : batch_) {
    if (event.data.ptr == &socket) event.data.ptr = nullptr;
  }
}

void Poller::wait() {
  auto on_ready = [this](const boost::system::error_code& failure) {
    if (failure) return;
    take_turn();
    wait();
  };
  set_.async_wait(asio::posix::descriptor_base::wait_read,
                  asio::bind_allocator(HandlerAllocator<std::byte>(wait_memory_), on_ready));
}

void Poller::wake_later(std::unique_ptr<Waiter> waiter, boost::system::error_code failure) {
  late_.push_back({std::move(waiter), failure});
  if (late_.size() > 1) return;
  auto call = [this] { wake_late(); };
  asio::post(executor_, asio::bind_allocator(HandlerAllocator<std::byte>(post_memory_), call));
}

void Poller::wake_late() {
  waking_.swap(late_);
  for (Late& late : waking_) {
    guarded([&] {
      Waiter& woken = *late.waiter;
      woken.on_wake(std::move(late.waiter), late.failure);
    });
  }
  waking_.clear();
}

void Poller::take_turn() {
  // Those who let their batch go first come before the next one.
  for (int i = 0; i < kMostBatches && set_.is_open() && late_.empty() && deliver_batch(); ++i) {
  }
}

bool Poller::deliver_batch() {
  const int count =
      ::epoll_wait(set_.native_handle(), events_.data(), static_cast<int>(events_.size()), 0);
  if (count <= 0) return false;
  batch_ = std::span(events_).first(static_cast<std::size_t>(count));
  while (!batch_.empty()) {
    const epoll_event event = batch_.front();
    batch_ = batch_.subspan(1);
    if (event.data.ptr == nullptr) continue;
    guarded([&] { static_cast<Socket*>(event.data.ptr)->take_events(event.events); });
  }
  return true;
}

}  // namespace weike::server
