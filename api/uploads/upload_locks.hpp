#pragma once

#include "model/error.hpp"
#include "model/id.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>

namespace weike::uploads {

class UploadLocks;

// The right to write one upload, given back by its destructor. Moves, does not copy.
class UploadHold {
 public:
  UploadHold() = default;
  UploadHold(UploadLocks& locks, UploadId id) : locks_(&locks), id_(id) {}
  UploadHold(UploadHold&& other) noexcept;
  UploadHold& operator=(UploadHold&& other) noexcept;
  ~UploadHold() { release(); }

  // How to make the holder let go. Called at most once, with the lock table locked: `interrupt` may
  // post work, but not come back here. Called at once if somebody waits already.
  void on_wanted(std::function<void()> interrupt);
  // Somebody else has asked for the upload.
  bool is_wanted() const;
  void release();

 private:
  UploadLocks* locks_ = nullptr;
  UploadId id_;
};

// One writer for each upload. A newcomer asks the holder to let go and waits: whoever comes last is
// most likely the same client after a broken connection. Threads may share it; it outlives its
// holds.
class UploadLocks {
 public:
  // At most `max_waiting` callers wait at once, for all uploads together. With 0 nobody waits.
  explicit UploadLocks(std::size_t max_waiting) : max_waiting_(max_waiting) {}

  // `locked` if the holder does not let go within `patience`, or at once if enough others wait
  // already. The holder is asked in each case, so that another try may find it gone.
  Result<UploadHold> acquire(UploadId id, std::chrono::milliseconds patience);

 private:
  friend class UploadHold;
  struct Entry {
    bool is_held = false;
    bool is_wanted = false;
    std::size_t waiting = 0;
    std::function<void()> interrupt;
  };
  static void ask(Entry& entry);
  bool may_wait(const Entry& entry) const;

  const std::size_t max_waiting_;
  std::mutex mutex_;
  std::condition_variable released_;
  std::size_t waiting_ = 0;  // For all entries.
  std::map<UploadId, Entry> entries_;
};

}  // namespace weike::uploads
