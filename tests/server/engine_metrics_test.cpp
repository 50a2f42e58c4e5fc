#include "server/metrics/engine_metrics.hpp"

#include "server/metrics/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

namespace weike::server {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(EngineMetrics, PageTellsOfRepliesByLaneAndStatus) {
  Metrics metrics;

  metrics.engine().on_reply({.status = 200, .body_bytes = 70, .lane = Lane::hot});
  metrics.engine().on_reply({.status = 304, .lane = Lane::hot});
  metrics.engine().on_reply(
      {.status = 503, .body_bytes = 9, .duration = 30ms, .lane = Lane::handler});
  metrics.engine().on_failure();

  const auto page = metrics.text();
  for (const char* line : {
           "weike_http_replies_total{lane=\"hot\",status=\"2xx\"} 1\n",
           "weike_http_replies_total{lane=\"hot\",status=\"3xx\"} 1\n",
           "weike_http_replies_total{lane=\"handler\",status=\"5xx\"} 1\n",
           "weike_http_body_bytes_total{lane=\"hot\"} 70\n",
           "weike_http_body_bytes_total{lane=\"handler\"} 9\n",
           "weike_http_handler_seconds_bucket{le=\"0.025\"} 0\n",
           "weike_http_handler_seconds_bucket{le=\"0.05\"} 1\n",
           "weike_http_handler_seconds_bucket{le=\"+Inf\"} 1\n",
           "weike_http_handler_seconds_sum 0.03\n",
           "weike_failures_total 1\n",
       }) {
    EXPECT_THAT(page, HasSubstr(line));
  }
}

TEST(EngineMetrics, PageTellsOfEveryEvent) {
  Metrics metrics;

  for (std::size_t i = 0; i < kNetEvents; ++i) {
    metrics.engine().on_event(static_cast<NetEvent>(i), 100 + i);
  }

  const auto page = metrics.text();
  for (std::size_t i = 0; i < kNetEvents; ++i) {
    EXPECT_THAT(page, HasSubstr(" " + std::to_string(100 + i) + "\n")) << i;
  }
  const auto cut = std::to_string(100 + static_cast<int>(NetEvent::deadline_write));
  EXPECT_THAT(page, HasSubstr("weike_deadlines_total{phase=\"write\"} " + cut + "\n"));
  EXPECT_THAT(page, HasSubstr("weike_slow_clients_total{side=\"reader\"} " + cut + "\n"));
}

TEST(EngineMetrics, CountsOfAllThreadsAreAddedUpAndStayWhenTheyEnd) {
  EngineMetrics metrics;
  std::vector<std::thread> threads;
  // More threads than there are slots.
  for (int i = 0; i < 100; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 1000; ++k) metrics.on_event(NetEvent::cache_hit, 1);
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(metrics.count_of(NetEvent::cache_hit), 100'000U);
}

TEST(ThreadSlot, IsTheThreadsOwnAndIsGivenBack) {
  const std::size_t own = thread_slot();
  std::set<std::size_t> seen;
  for (int i = 0; i < 200; ++i) {
    std::thread([&] {
      EXPECT_EQ(thread_slot(), thread_slot());
      EXPECT_NE(thread_slot(), kThreadSlots - 1);
      seen.insert(thread_slot());
    }).join();
  }

  EXPECT_FALSE(seen.contains(own));
  EXPECT_EQ(seen.size(), 1U);
}

}  // namespace
}  // namespace weike::server
