#pragma once

#include "server/jobs/job_observer.hpp"

#include <memory>

namespace prometheus {
class Registry;
}

namespace weike::server {

// What the pipeline does, as counters, gauges and histograms. Threads may share it.
class JobMetrics final : public JobObserver {
 public:
  // The registry outlives it.
  explicit JobMetrics(prometheus::Registry& registry);
  ~JobMetrics() override;

  void on_segment(std::uint64_t size_bytes) override;
  void on_reused(std::size_t segments) override;
  void on_begin(Milliseconds waited) override;
  void on_wish(Milliseconds waited, bool was_made) override;
  void on_paused(std::size_t children) override;
  void on_forecast_error(double ratio) override;

 private:
  struct Series;
  std::unique_ptr<Series> series_;
};

}  // namespace weike::server
