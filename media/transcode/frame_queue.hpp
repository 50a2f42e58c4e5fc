#pragma once

#include "media/av/av_ptr.hpp"
#include "media/plan/plan.hpp"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace weike::media {

// What is known of a whole segment once its last picture has gone by.
struct SegmentSummary {
  std::int64_t damaged_frames = 0;    // Output frames whose own picture could not be decoded.
  std::int64_t decoded_until_ms = 0;  // Where the last good picture of the source stood.
};

// One picture on its way down the cascade, or the end of a segment.
struct GridItem {
  const Segment* segment = nullptr;
  FramePtr picture = nullptr;  // Null: the segment is over.
  std::int64_t number = 0;     // The frame of the output grid from which on it is shown.
  bool begins_gop = false;
  SegmentSummary summary = {};  // With the end only.
  bool is_upright = false;      // The picture is as the largest rung's has to be.
};

// Pictures on their way from one thread to the next; a full queue holds the giver back.
class FrameQueue {
 public:
  explicit FrameQueue(std::size_t capacity) : capacity_(capacity) {}

  // Waits for room. False when the taker has given up: the item is dropped then.
  bool push(GridItem item) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return items_.size() < capacity_ || is_closed_; });
    if (is_closed_) return false;
    items_.push_back(std::move(item));
    changed_.notify_all();
    return true;
  }

  // Waits for an item; nothing after `close` once all are taken.
  std::optional<GridItem> pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !items_.empty() || is_closed_; });
    if (items_.empty()) return std::nullopt;
    std::optional<GridItem> item = std::move(items_.front());
    items_.pop_front();
    changed_.notify_all();
    return item;
  }

  // Nothing more will come. Called by the giver at the end.
  void close() {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    changed_.notify_all();
  }

  // Nobody will take anything any more. Called by the taker when it fails.
  void abandon() {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    items_.clear();
    changed_.notify_all();
  }

 private:
  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<GridItem> items_;
  bool is_closed_ = false;
};

}  // namespace weike::media
