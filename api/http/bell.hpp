#pragma once

#include <functional>
#include <mutex>
#include <utility>

namespace weike::http {

// Brings together whoever calls once, perhaps at once, and a listener who may come later: the
// engine behind a LaterAnswer. Threads may share it.
class Bell {
 public:
  // Once, from any thread.
  void ring() {
    std::function<void()> listener;
    {
      const std::lock_guard lock(mutex_);
      has_rung_ = true;
      listener = std::move(listener_);
    }
    if (listener) listener();
  }

  // `listener` is called once, at once if the bell has rung. Set it once.
  void on_ring(std::function<void()> listener) {
    {
      const std::lock_guard lock(mutex_);
      if (!has_rung_) {
        listener_ = std::move(listener);
        return;
      }
    }
    listener();
  }

 private:
  std::mutex mutex_;  // Guards what follows. Nobody is called with it held.
  bool has_rung_ = false;
  std::function<void()> listener_;
};

}  // namespace weike::http
