#include "server/metrics/engine_metrics.hpp"

#include <prometheus/metric_family.h>

#include <string>
#include <string_view>
#include <utility>

namespace weike::server {
namespace {

// Upper bounds of the buckets, in microseconds.
constexpr std::array<std::uint64_t, 12> kBoundsUs{1'000,   2'500,     5'000,     10'000,
                                                  25'000,  50'000,    100'000,   250'000,
                                                  500'000, 1'000'000, 2'500'000, 10'000'000};

// One line of the page for each event; lines of one family stand together.
struct EventLine {
  NetEvent event;
  std::string_view family;
  std::string_view help;
  std::string_view label = {};
  std::string_view value = {};
};

constexpr std::string_view kConnections = "weike_connections_total";
constexpr std::string_view kConnectionsHelp = "Connections by what became of them";
constexpr std::string_view kRefused = "weike_connections_refused_total";
constexpr std::string_view kRefusedHelp = "Connections refused, by the bound that was reached";
constexpr std::string_view kDeadlines = "weike_deadlines_total";
constexpr std::string_view kDeadlinesHelp = "Deadlines that struck, by what the connection did";
constexpr std::string_view kSlow = "weike_slow_clients_total";
constexpr std::string_view kSlowHelp = "Clients cut because they stayed below the minimum rate";
constexpr std::string_view kHandshakes = "weike_tls_handshakes_total";
constexpr std::string_view kHandshakesHelp = "TLS handshakes by outcome";
constexpr std::string_view kUploads = "weike_uploads_total";
constexpr std::string_view kUploadsHelp = "Streamed request bodies by how they ended";
constexpr std::string_view kListeners = "weike_event_streams_total";
constexpr std::string_view kListenersHelp = "Streams of server-sent events";
constexpr std::string_view kSockets = "weike_websockets_total";
constexpr std::string_view kSocketsHelp = "WebSocket sessions";
constexpr std::string_view kCache = "weike_cache_lookups_total";
constexpr std::string_view kCacheHelp = "Look-ups of the hot lane in its caches";

constexpr EventLine kLines[] = {
    {NetEvent::connection_opened, kConnections, kConnectionsHelp, "event", "opened"},
    {NetEvent::connection_closed, kConnections, kConnectionsHelp, "event", "closed"},
    {NetEvent::refused_in_all, kRefused, kRefusedHelp, "bound", "all"},
    {NetEvent::refused_of_address, kRefused, kRefusedHelp, "bound", "address"},
    {NetEvent::deadline_idle, kDeadlines, kDeadlinesHelp, "phase", "idle"},
    {NetEvent::deadline_head, kDeadlines, kDeadlinesHelp, "phase", "head"},
    {NetEvent::deadline_body, kDeadlines, kDeadlinesHelp, "phase", "body"},
    {NetEvent::deadline_handler, kDeadlines, kDeadlinesHelp, "phase", "handler"},
    {NetEvent::deadline_write, kDeadlines, kDeadlinesHelp, "phase", "write"},
    {NetEvent::deadline_lingering, kDeadlines, kDeadlinesHelp, "phase", "lingering"},
    {NetEvent::deadline_websocket, kDeadlines, kDeadlinesHelp, "phase", "websocket"},
    {NetEvent::deadline_body, kSlow, kSlowHelp, "side", "writer"},
    {NetEvent::deadline_write, kSlow, kSlowHelp, "side", "reader"},
    {NetEvent::handshake_done, kHandshakes, kHandshakesHelp, "outcome", "done"},
    {NetEvent::handshake_failed, kHandshakes, kHandshakesHelp, "outcome", "failed"},
    {NetEvent::listener_opened, kListeners, kListenersHelp, "event", "opened"},
    {NetEvent::listener_closed, kListeners, kListenersHelp, "event", "closed"},
    {NetEvent::websocket_opened, kSockets, kSocketsHelp, "event", "opened"},
    {NetEvent::websocket_closed, kSockets, kSocketsHelp, "event", "closed"},
    {NetEvent::websocket_overflow, kSockets, kSocketsHelp, "event", "overflow"},
    {NetEvent::upload_begun, kUploads, kUploadsHelp, "event", "begun"},
    {NetEvent::upload_complete, kUploads, kUploadsHelp, "event", "complete"},
    {NetEvent::upload_cut, kUploads, kUploadsHelp, "event", "cut"},
    {NetEvent::upload_interrupted, kUploads, kUploadsHelp, "event", "interrupted"},
    {NetEvent::upload_bytes, "weike_upload_bytes_total", "Bytes of streamed request bodies"},
    {NetEvent::cold_read, "weike_cold_read_bytes_total",
     "Bytes of files that were not in memory and were read off the I/O threads"},
    {NetEvent::cache_hit, kCache, kCacheHelp, "outcome", "hit"},
    {NetEvent::cache_miss, kCache, kCacheHelp, "outcome", "miss"},
};

prometheus::MetricFamily counters(std::string_view name, std::string_view help) {
  return {std::string(name), std::string(help), prometheus::MetricType::Counter, {}};
}

prometheus::ClientMetric labelled(std::string_view label, std::string_view value) {
  prometheus::ClientMetric metric;
  if (!label.empty()) metric.label.push_back({std::string(label), std::string(value)});
  return metric;
}

std::string_view name_of(std::size_t lane) { return lane == 0 ? "hot" : "handler"; }

}  // namespace

void EngineMetrics::on_reply(const ReplyRecord& record) {
  const auto hundred = static_cast<std::size_t>(record.status / 100);
  if (hundred < 1 || hundred > kClasses) return;
  const Own own(*this);
  const std::size_t lane = record.lane == Lane::hot ? 0 : 1;
  own.add(own->replies[lane][hundred - 1], 1);
  own.add(own->body_bytes[lane], record.body_bytes);
  if (record.lane == Lane::hot) return;  // Answered within one turn of its thread.
  const auto us = static_cast<std::uint64_t>(record.duration.count());
  std::size_t bucket = 0;
  while (bucket < kBoundsUs.size() && us > kBoundsUs[bucket]) ++bucket;
  own.add(own->durations[bucket], 1);
  own.add(own->duration_us, us);
}

void EngineMetrics::on_event(NetEvent event, std::uint64_t amount) {
  const Own own(*this);
  own.add(own->events[static_cast<std::size_t>(event)], amount);
}

void EngineMetrics::on_failure() {
  const Own own(*this);
  own.add(own->failures, 1);
}

template <class Pick>
std::uint64_t EngineMetrics::sum(Pick pick) const {
  std::uint64_t total = 0;
  for (const Shard& shard : shards_) total += pick(shard).load(std::memory_order_relaxed);
  return total;
}

std::uint64_t EngineMetrics::count_of(NetEvent event) const {
  const auto index = static_cast<std::size_t>(event);
  return sum([index](const Shard& shard) -> const Counter& { return shard.events[index]; });
}

std::vector<prometheus::MetricFamily> EngineMetrics::collect() const {
  std::vector<prometheus::MetricFamily> families;
  collect_replies(families);
  collect_durations(families);
  collect_events(families);
  auto failures = counters("weike_failures_total", "Exceptions caught at the edge");
  failures.metric.emplace_back().counter.value =
      static_cast<double>(sum([](const Shard& shard) -> const Counter& { return shard.failures; }));
  families.push_back(std::move(failures));
  return families;
}

void EngineMetrics::collect_replies(std::vector<prometheus::MetricFamily>& families) const {
  auto replies = counters("weike_http_replies_total", "Replies by lane and class of status");
  auto bytes = counters("weike_http_body_bytes_total", "Bytes of reply bodies by lane");
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    for (std::size_t hundred = 0; hundred < kClasses; ++hundred) {
      auto metric = labelled("lane", name_of(lane));
      metric.label.push_back({"status", std::to_string(hundred + 1) + "xx"});
      metric.counter.value = static_cast<double>(
          sum([&](const Shard& shard) -> const Counter& { return shard.replies[lane][hundred]; }));
      replies.metric.push_back(std::move(metric));
    }
    auto metric = labelled("lane", name_of(lane));
    metric.counter.value = static_cast<double>(
        sum([lane](const Shard& shard) -> const Counter& { return shard.body_bytes[lane]; }));
    bytes.metric.push_back(std::move(metric));
  }
  families.push_back(std::move(replies));
  families.push_back(std::move(bytes));
}

void EngineMetrics::collect_durations(std::vector<prometheus::MetricFamily>& families) const {
  prometheus::MetricFamily family{"weike_http_handler_seconds",
                                  "Time from the head of a request to its reply, handler lane",
                                  prometheus::MetricType::Histogram,
                                  {}};
  auto& histogram = family.metric.emplace_back().histogram;
  std::uint64_t total = 0;
  for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
    total +=
        sum([bucket](const Shard& shard) -> const Counter& { return shard.durations[bucket]; });
    if (bucket < kBoundsUs.size()) {
      histogram.bucket.push_back({total, static_cast<double>(kBoundsUs[bucket]) / 1e6});
    }
  }
  histogram.sample_count = total;
  histogram.sample_sum = static_cast<double>(sum([](const Shard& shard) -> const Counter& {
                           return shard.duration_us;
                         })) /
                         1e6;
  families.push_back(std::move(family));
}

void EngineMetrics::collect_events(std::vector<prometheus::MetricFamily>& families) const {
  std::string_view family;
  for (const EventLine& line : kLines) {
    if (line.family != family) families.push_back(counters(line.family, line.help));
    family = line.family;
    auto metric = labelled(line.label, line.value);
    metric.counter.value = static_cast<double>(count_of(line.event));
    families.back().metric.push_back(std::move(metric));
  }
}

}  // namespace weike::server
