#include "server/metrics/heartbeat_metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

namespace weike::server {
namespace {

const prometheus::Histogram::BucketBoundaries kRequests{1, 2, 4, 8, 16, 32, 64, 128};
const prometheus::Histogram::BucketBoundaries kSeconds{0.0005, 0.001, 0.0025, 0.005, 0.01,
                                                       0.025,  0.05,  0.1,    0.5,   2.5};

prometheus::Counter& counter(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add({});
}

prometheus::Histogram& histogram(prometheus::Registry& registry, const char* name, const char* help,
                                 const prometheus::Histogram::BucketBoundaries& bounds) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry).Add({}, bounds);
}

}  // namespace

struct HeartbeatMetrics::Series {
  explicit Series(prometheus::Registry& registry)
      : requests(histogram(registry, "weike_heartbeat_batch_requests",
                           "Heartbeat requests that were committed at once", kRequests)),
        seconds(histogram(registry, "weike_heartbeat_write_seconds",
                          "How long one commit of heartbeats took, synced unless relaxed",
                          kSeconds)),
        failures(counter(registry, "weike_heartbeat_failures_total",
                         "Commits of heartbeats, and syncs after relaxed ones, that failed")),
        refused(counter(registry, "weike_heartbeat_refused_total",
                        "Heartbeat requests turned away because too many waited")) {}

  prometheus::Histogram& requests;
  prometheus::Histogram& seconds;
  prometheus::Counter& failures;
  prometheus::Counter& refused;
};

HeartbeatMetrics::HeartbeatMetrics(prometheus::Registry& registry)
    : series_(std::make_unique<Series>(registry)) {}
HeartbeatMetrics::~HeartbeatMetrics() = default;

void HeartbeatMetrics::on_batch(std::size_t requests, std::chrono::nanoseconds took) {
  series_->requests.Observe(static_cast<double>(requests));
  series_->seconds.Observe(std::chrono::duration<double>(took).count());
}

void HeartbeatMetrics::on_failure(const Error&) { series_->failures.Increment(); }

void HeartbeatMetrics::on_refused() { series_->refused.Increment(); }

}  // namespace weike::server
