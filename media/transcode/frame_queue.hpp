#pragma once

#include "media/av/av_ptr.hpp"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>

namespace weike::media {

// Pictures on their way from one thread to the next; a full queue holds the giver back.
class FrameQueue {
 public:
  explicit FrameQueue(std::size_t capacity) : capacity_(capacity) {}

  // Waits for room. False when the taker has given up: the picture is dropped then.
  bool push(FramePtr frame) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return frames_.size() < capacity_ || is_closed_; });
    if (is_closed_) return false;
    frames_.push_back(std::move(frame));
    changed_.notify_all();
    return true;
  }

  // Waits for a picture; null after `close` once all pictures are taken.
  FramePtr pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !frames_.empty() || is_closed_; });
    if (frames_.empty()) return nullptr;
    FramePtr frame = std::move(frames_.front());
    frames_.pop_front();
    changed_.notify_all();
    return frame;
  }

  // No more pictures will come. Called by the giver at the end.
  void close() {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    changed_.notify_all();
  }

  // Nobody will take pictures any more. Called by the taker when it fails.
  void abandon() {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    frames_.clear();
    changed_.notify_all();
  }

 private:
  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<FramePtr> frames_;
  bool is_closed_ = false;
};

}  // namespace weike::media
