#pragma once

#include "api/learning/heartbeat_observer.hpp"
#include "server/jobs/job_observer.hpp"
#include "server/metrics/engine_metrics.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace weike::server {

// Counters and gauges in Prometheus' text format. Threads may share it.
class Metrics {
 public:
  Metrics();
  ~Metrics();

  // Told what the connection engine does. Lives as long as this object.
  EngineMetrics& engine() { return engine_; }
  void count_job_event(std::string_view event);

  // Told what the pipeline does. Lives as long as this object.
  JobObserver& job_observer();
  // Told how heartbeats are written. Lives as long as this object.
  learning::HeartbeatObserver& heartbeat_observer();

  // A value that is asked for when the metrics are read. Set before threads share the object.
  void watch(const std::string& name, const std::string& help, std::function<double()> read,
             const std::map<std::string, std::string>& labels = {});

  // The whole page.
  std::string text() const;

 private:
  class Families;
  EngineMetrics engine_;
  std::unique_ptr<Families> families_;
};

}  // namespace weike::server
