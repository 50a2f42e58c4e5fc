#pragma once

#include "api/http/bell.hpp"
#include "api/learning/heartbeat.hpp"
#include "model/error.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

namespace weike::learning {

// One request's way through the HeartbeatWriter: whoever holds it can wait for the outcome with a
// thread or without one. Threads may share it.
class HeartbeatTicket {
 public:
  // Calls `wake` once when the outcome is known, also at once, from any thread. Set it once.
  void on_settled(std::function<void()> wake) { bell_.on_ring(std::move(wake)); }
  // Waits at most so long; `unavailable` if the outcome is not known by then: the heartbeats may
  // still be stored, and are harmless when they are sent again.
  Result<HeartbeatResults> wait(Milliseconds limit);
  // The writer's: tells the outcome, once.
  void settle(Result<HeartbeatResults> outcome);

 private:
  std::mutex mutex_;  // Guards the outcome.
  std::condition_variable settled_;
  std::optional<Result<HeartbeatResults>> outcome_;
  http::Bell bell_;  // Rings behind the outcome.
};

}  // namespace weike::learning
