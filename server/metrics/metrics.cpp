#include "server/metrics/metrics.hpp"

#include "server/metrics/heartbeat_metrics.hpp"
#include "server/metrics/job_metrics.hpp"
#include "server/version.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/metric_family.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <utility>
#include <vector>

namespace weike::server {

// Every counter is looked up once, here.
class Metrics::Families {
 public:
  Families()
      : jobs(prometheus::BuildCounter()
                 .Name("weike_job_events_total")
                 .Help("What happened to transcoding jobs")
                 .Register(registry)) {
    prometheus::BuildGauge()
        .Name("weike_build_info")
        .Help("The version of this build")
        .Register(registry)
        .Add({{"version", std::string(version())}})
        .Set(1);
  }

  prometheus::Registry registry;
  std::vector<std::pair<prometheus::Gauge*, std::function<double()>>> watched;
  prometheus::Family<prometheus::Counter>& jobs;
  JobMetrics job_metrics{registry};
  HeartbeatMetrics heartbeat_metrics{registry};
};

Metrics::Metrics() : families_(std::make_unique<Families>()) {}
Metrics::~Metrics() = default;

void Metrics::count_job_event(std::string_view event) {
  families_->jobs.Add({{"event", std::string(event)}}).Increment();
}

JobObserver& Metrics::job_observer() { return families_->job_metrics; }

learning::HeartbeatObserver& Metrics::heartbeat_observer() { return families_->heartbeat_metrics; }

void Metrics::watch(const std::string& name, const std::string& help, std::function<double()> read,
                    const std::map<std::string, std::string>& labels) {
  auto& gauge =
      prometheus::BuildGauge().Name(name).Help(help).Register(families_->registry).Add(labels);
  families_->watched.emplace_back(&gauge, std::move(read));
}

std::string Metrics::text() const {
  for (const auto& [gauge, read] : families_->watched) gauge->Set(read());
  auto families = families_->registry.Collect();
  for (auto& family : engine_.collect()) families.push_back(std::move(family));
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace weike::server
