#include "server/metrics/metrics.hpp"

#include "server/metrics/heartbeat_metrics.hpp"
#include "server/metrics/job_metrics.hpp"
#include "server/version.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <chrono>
#include <utility>
#include <vector>

namespace weike::server {
namespace {

const prometheus::Histogram::BucketBoundaries kSeconds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                       0.1,   0.25,   0.5,   1.0,  2.5,   10.0};

std::size_t lane_index(Lane lane) { return lane == Lane::hot ? 0 : 1; }

}  // namespace

// Every counter of a request is looked up once, here: nothing is searched while serving.
class Metrics::Families {
 public:
  Families()
      : replies_(family("weike_http_replies_total", "Replies by lane and class of status")),
        bytes_(prometheus::BuildCounter()
                   .Name("weike_http_body_bytes_total")
                   .Help("Bytes of reply bodies")
                   .Register(registry)
                   .Add({})),
        seconds_(prometheus::BuildHistogram()
                     .Name("weike_http_handler_seconds")
                     .Help("Time from the head of a request to its reply, handler lane")
                     .Register(registry)
                     .Add({}, kSeconds)),
        connections_(family("weike_connections_total", "Connections by what became of them")),
        opened(connections_.Add({{"event", "opened"}})),
        closed(connections_.Add({{"event", "closed"}})),
        refused(connections_.Add({{"event", "refused"}})),
        failures(family("weike_failures_total", "Exceptions caught at the edge").Add({})),
        jobs(family("weike_job_events_total", "What happened to transcoding jobs")) {
    for (std::size_t lane = 0; lane < 2; ++lane) {
      for (std::size_t hundred = 1; hundred <= 5; ++hundred) {
        by_class_[lane][hundred - 1] = &replies_.Add(
            {{"lane", lane == 0 ? "hot" : "handler"}, {"status", std::to_string(hundred) + "xx"}});
      }
    }
    prometheus::BuildGauge()
        .Name("weike_build_info")
        .Help("The version of this build")
        .Register(registry)
        .Add({{"version", std::string(version())}})
        .Set(1);
  }

  void count(const ReplyRecord& record) {
    const auto hundred = static_cast<std::size_t>(record.status / 100);
    if (hundred < 1 || hundred > 5) return;
    by_class_[lane_index(record.lane)][hundred - 1]->Increment();
    bytes_.Increment(static_cast<double>(record.body_bytes));
    if (record.lane == Lane::handler) {
      seconds_.Observe(std::chrono::duration<double>(record.duration).count());
    }
  }

  prometheus::Family<prometheus::Counter>& family(const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
  }

  prometheus::Registry registry;

  std::vector<std::pair<prometheus::Gauge*, std::function<double()>>> watched;

 private:
  prometheus::Family<prometheus::Counter>& replies_;
  prometheus::Counter& bytes_;
  prometheus::Histogram& seconds_;
  prometheus::Family<prometheus::Counter>& connections_;
  std::array<std::array<prometheus::Counter*, 5>, 2> by_class_{};

 public:
  prometheus::Counter& opened;
  prometheus::Counter& closed;
  prometheus::Counter& refused;
  prometheus::Counter& failures;
  prometheus::Family<prometheus::Counter>& jobs;
  JobMetrics job_metrics{registry};
  HeartbeatMetrics heartbeat_metrics{registry};
};

Metrics::Metrics() : families_(std::make_unique<Families>()) {}
Metrics::~Metrics() = default;

void Metrics::count_reply(const ReplyRecord& record) { families_->count(record); }
void Metrics::count_failure() { families_->failures.Increment(); }

void Metrics::count_connection(bool is_opened) {
  (is_opened ? families_->opened : families_->closed).Increment();
}

void Metrics::count_refused_connection() { families_->refused.Increment(); }

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
  return prometheus::TextSerializer().Serialize(families_->registry.Collect());
}

}  // namespace weike::server
