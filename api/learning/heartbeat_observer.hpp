#pragma once

#include "model/error.hpp"

#include <chrono>
#include <cstddef>

namespace weike::learning {

// Told how heartbeats are written, for the metrics. Called from any thread; must not block. Every
// function does nothing unless it is overridden.
class HeartbeatObserver {
 public:
  virtual ~HeartbeatObserver() = default;

  // So many requests were committed at once, synced too unless they are relaxed.
  virtual void on_batch(std::size_t /*requests*/, std::chrono::nanoseconds /*took*/) {}
  // A commit, or the sync after relaxed ones, failed.
  virtual void on_failure(const Error& /*error*/) {}
  // A request was turned away because too many wait.
  virtual void on_refused() {}
};

}  // namespace weike::learning
