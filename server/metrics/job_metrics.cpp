#include "server/metrics/job_metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <chrono>
#include <map>
#include <string>
#include <utility>

namespace weike::server {
namespace {

using Labels = std::map<std::string, std::string>;

const prometheus::Histogram::BucketBoundaries kQueueSeconds{0.1, 0.5, 1,   2,   5,   10,
                                                            30,  60,  300, 900, 3600};
const prometheus::Histogram::BucketBoundaries kWishSeconds{0.1, 0.25, 0.5, 1, 1.5, 2, 3, 5, 8};
const prometheus::Histogram::BucketBoundaries kErrorRatios{0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5};

prometheus::Counter& counter(prometheus::Registry& registry, const char* name, const char* help,
                             const Labels& labels = {}) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add(labels);
}

prometheus::Histogram& histogram(prometheus::Registry& registry, const char* name, const char* help,
                                 const prometheus::Histogram::BucketBoundaries& bounds) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry).Add({}, bounds);
}

double seconds(Milliseconds time) { return std::chrono::duration<double>(time).count(); }

constexpr auto kSegments = "weike_segments_total";
constexpr auto kSegmentsHelp = "Segments that became durable, by where they came from";
constexpr auto kWishes = "weike_segment_wishes_total";
constexpr auto kWishesHelp = "Requests that waited for a segment, by how that ended";

}  // namespace

struct JobMetrics::Series {
  explicit Series(prometheus::Registry& registry)
      : segments(counter(registry, kSegments, kSegmentsHelp, {{"source", "made"}})),
        reused(counter(registry, kSegments, kSegmentsHelp, {{"source", "reused"}})),
        bytes(
            counter(registry, "weike_segment_bytes_total", "Bytes of the segments that were made")),
        waited(histogram(registry, "weike_job_wait_seconds",
                         "Time from the last byte, or from a retry, to the begin of the work",
                         kQueueSeconds)),
        served(counter(registry, kWishes, kWishesHelp, {{"outcome", "made"}})),
        missed(counter(registry, kWishes, kWishesHelp, {{"outcome", "gone"}})),
        wishes(histogram(registry, "weike_segment_wish_seconds",
                         "How long requests waited for a segment that was not made yet",
                         kWishSeconds)),
        paused(prometheus::BuildGauge()
                   .Name("weike_children_paused")
                   .Help("Media children that stand still for something more urgent")
                   .Register(registry)
                   .Add({})),
        errors(histogram(registry, "weike_forecast_error_ratio",
                         "|forecast after the probe - real time to ready| / real time",
                         kErrorRatios)) {}

  prometheus::Counter& segments;
  prometheus::Counter& reused;
  prometheus::Counter& bytes;
  prometheus::Histogram& waited;
  prometheus::Counter& served;
  prometheus::Counter& missed;
  prometheus::Histogram& wishes;
  prometheus::Gauge& paused;
  prometheus::Histogram& errors;
};

JobMetrics::JobMetrics(prometheus::Registry& registry)
    : series_(std::make_unique<Series>(registry)) {}
JobMetrics::~JobMetrics() = default;

void JobMetrics::on_segment(std::uint64_t size_bytes) {
  series_->segments.Increment();
  series_->bytes.Increment(static_cast<double>(size_bytes));
}

void JobMetrics::on_reused(std::size_t segments) {
  series_->reused.Increment(static_cast<double>(segments));
}

void JobMetrics::on_begin(Milliseconds waited) { series_->waited.Observe(seconds(waited)); }

void JobMetrics::on_wish(Milliseconds waited, bool was_made) {
  (was_made ? series_->served : series_->missed).Increment();
  series_->wishes.Observe(seconds(waited));
}

void JobMetrics::on_paused(std::size_t children) {
  series_->paused.Set(static_cast<double>(children));
}

void JobMetrics::on_forecast_error(double ratio) { series_->errors.Observe(ratio); }

}  // namespace weike::server
