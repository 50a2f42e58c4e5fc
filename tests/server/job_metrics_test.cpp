#include "server/metrics/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weike::server {
namespace {

using ::testing::HasSubstr;

TEST(JobMetrics, PageTellsWhatThePipelineDid) {
  Metrics metrics;
  auto& observer = metrics.job_observer();

  observer.on_segment(1'000);
  observer.on_segment(500);
  observer.on_reused(7);
  observer.on_begin(std::chrono::seconds{3});
  observer.on_wish(Milliseconds{300}, true);
  observer.on_wish(std::chrono::seconds{9}, false);
  observer.on_paused(2);
  observer.on_forecast_error(0.25);

  const auto page = metrics.text();
  for (const char* line : {
           "weike_segments_total{source=\"made\"} 2\n",
           "weike_segments_total{source=\"reused\"} 7\n",
           "weike_segment_bytes_total 1500\n",
           "weike_job_wait_seconds_bucket{le=\"2\"} 0\n",
           "weike_job_wait_seconds_bucket{le=\"5\"} 1\n",
           "weike_segment_wishes_total{outcome=\"made\"} 1\n",
           "weike_segment_wishes_total{outcome=\"gone\"} 1\n",
           "weike_segment_wish_seconds_bucket{le=\"0.5\"} 1\n",
           "weike_children_paused 2\n",
           "weike_forecast_error_ratio_bucket{le=\"0.2\"} 0\n",
           "weike_forecast_error_ratio_bucket{le=\"0.3\"} 1\n",
       }) {
    EXPECT_THAT(page, HasSubstr(line));
  }
}

TEST(JobMetrics, WatchedValuesOfOneNameAreToldApartByTheirLabels) {
  Metrics metrics;
  metrics.watch("weike_test", "A test", [] { return 1.0; }, {{"class", "normal"}});
  metrics.watch("weike_test", "A test", [] { return 4.0; }, {{"class", "background"}});

  const auto page = metrics.text();
  EXPECT_THAT(page, HasSubstr("weike_test{class=\"normal\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("weike_test{class=\"background\"} 4\n"));
}

}  // namespace
}  // namespace weike::server
