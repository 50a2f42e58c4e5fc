#pragma once

#include "api/events/event_bus.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>

namespace weike::server {

// Waits for what the owner would hear.
class Ear {
 public:
  Ear(events::EventBus& bus, const Viewer& viewer)
      : source_(bus.subscribe(viewer, std::nullopt, "ear")) {
    source_->on_ready([this] {
      const std::scoped_lock lock(mutex_);
      is_ready_ = true;
      ready_.notify_one();
    });
  }
  ~Ear() { source_->on_ready({}); }

  // Until `is_done` holds after some news; false when that takes longer than `patience`.
  bool wait_until(const std::function<bool()>& is_done,
                  std::chrono::seconds patience = std::chrono::seconds{20}) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!is_done()) {
      std::unique_lock lock(mutex_);
      if (!ready_.wait_until(lock, deadline, [this] { return is_ready_; })) return false;
      is_ready_ = false;
      lock.unlock();
      source_->take();
    }
    return true;
  }

 private:
  std::shared_ptr<http::EventSource> source_;
  std::mutex mutex_;
  std::condition_variable ready_;
  bool is_ready_ = false;
};

}  // namespace weike::server
