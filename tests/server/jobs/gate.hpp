#pragma once

#include "media/task.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace weike::server {

// Looks until `is_so` holds, for what tells nobody that it has changed; false if it stays so for
// long.
inline bool comes_true(const std::function<bool()>& is_so) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

// Holds the tasks that a test means at their begin, until it is opened.
class Gate {
 public:
  using IsMeant = std::function<bool(const media::SegmentsTask&)>;
  explicit Gate(IsMeant is_meant) : is_meant_(std::move(is_meant)) {}

  void pass(const media::Task& task, const std::string& file) {
    const auto* segments = std::get_if<media::SegmentsTask>(&task);
    if (segments == nullptr || !file.empty() || !is_meant_(*segments)) return;
    std::unique_lock lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    changed_.wait_for(lock, kPatience, [this] { return is_open_; });
  }

  // False if so many do not come.
  bool wait_for(std::size_t tasks) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return arrived_ >= tasks; });
  }

  void open() {
    const std::scoped_lock lock(mutex_);
    is_open_ = true;
    changed_.notify_all();
  }

 private:
  static constexpr std::chrono::seconds kPatience{20};
  const IsMeant is_meant_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t arrived_ = 0;
  bool is_open_ = false;
};

// Counts calls from any thread, and waits for them.
class Bell {
 public:
  void ring() {
    const std::scoped_lock lock(mutex_);
    ++rung_;
    changed_.notify_all();
  }
  bool wait_for(int times) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds{20}, [&] { return rung_ >= times; });
  }
  int rung() {
    const std::scoped_lock lock(mutex_);
    return rung_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int rung_ = 0;
};

}  // namespace weike::server
