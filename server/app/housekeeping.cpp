#include "server/app/housekeeping.hpp"

#include <algorithm>
#include <exception>

namespace weike::server {

void Housekeeping::add(std::string name, Milliseconds interval, std::function<void()> work) {
  chores_.push_back(
      {std::move(name), interval, std::move(work), std::chrono::steady_clock::now() + interval});
}

void Housekeeping::start() {
  thread_ = std::thread([this] { run(); });
}

void Housekeeping::stop() {
  {
    const std::lock_guard lock(mutex_);
    must_stop_ = true;
  }
  stopped_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Housekeeping::run() {
  std::unique_lock lock(mutex_);
  while (!must_stop_ && !chores_.empty()) {
    const auto next =
        std::min_element(chores_.begin(), chores_.end(),
                         [](const Chore& a, const Chore& b) { return a.next < b.next; });
    if (stopped_.wait_until(lock, next->next, [this] { return must_stop_; })) return;
    lock.unlock();
    try {
      next->work();
    } catch (const std::exception& failure) {
      log_(next->name, failure.what());
    }
    lock.lock();
    next->next = std::chrono::steady_clock::now() + next->interval;
  }
}

}  // namespace weike::server
