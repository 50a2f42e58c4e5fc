#pragma once

#include "api/learning/heartbeat_observer.hpp"
#include "server/log/log.hpp"

#include <atomic>

namespace weike::server {

// Heartbeats that cannot be written: in relaxed mode their senders were told "stored" already, so
// the log must hear of it; once, until they are written again. The rest goes to the metrics.
// Threads may share it.
class HeartbeatWatch final : public learning::HeartbeatObserver {
 public:
  // Both outlive it.
  HeartbeatWatch(const Log& log, learning::HeartbeatObserver& metrics)
      : log_(log), metrics_(metrics) {}

  void on_batch(std::size_t requests, std::chrono::nanoseconds took) override {
    is_failing_ = false;
    metrics_.on_batch(requests, took);
  }
  void on_failure(const Error& error) override {
    if (!is_failing_.exchange(true)) log_.error("heartbeats_failed", {{"what", error.message}});
    metrics_.on_failure(error);
  }
  void on_refused() override { metrics_.on_refused(); }

 private:
  const Log& log_;
  learning::HeartbeatObserver& metrics_;
  std::atomic<bool> is_failing_{false};
};

}  // namespace weike::server
