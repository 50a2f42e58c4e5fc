#include "server/metrics/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weike::server {
namespace {

using ::testing::HasSubstr;

TEST(HeartbeatMetrics, PageTellsHowHeartbeatsAreWritten) {
  Metrics metrics;
  auto& observer = metrics.heartbeat_observer();

  observer.on_batch(1, std::chrono::milliseconds{2});
  observer.on_batch(12, std::chrono::milliseconds{30});
  observer.on_failure({ErrorCode::out_of_space, "no room"});
  observer.on_refused();
  observer.on_refused();

  const auto page = metrics.text();
  for (const char* line : {
           "weike_heartbeat_batch_requests_bucket{le=\"8\"} 1\n",
           "weike_heartbeat_batch_requests_bucket{le=\"16\"} 2\n",
           "weike_heartbeat_batch_requests_sum 13\n",
           "weike_heartbeat_write_seconds_bucket{le=\"0.0025\"} 1\n",
           "weike_heartbeat_write_seconds_bucket{le=\"0.05\"} 2\n",
           "weike_heartbeat_failures_total 1\n",
           "weike_heartbeat_refused_total 2\n",
       }) {
    EXPECT_THAT(page, HasSubstr(line));
  }
}

}  // namespace
}  // namespace weike::server
