#pragma once

#include "api/learning/heartbeat_observer.hpp"

#include <memory>

namespace prometheus {
class Registry;
}

namespace weike::server {

// How heartbeats are written, as counters and histograms. Threads may share it.
class HeartbeatMetrics final : public learning::HeartbeatObserver {
 public:
  // The registry outlives it.
  explicit HeartbeatMetrics(prometheus::Registry& registry);
  ~HeartbeatMetrics() override;

  void on_batch(std::size_t requests, std::chrono::nanoseconds took) override;
  void on_failure(const Error& error) override;
  void on_refused() override;

 private:
  struct Series;
  std::unique_ptr<Series> series_;
};

}  // namespace weike::server
