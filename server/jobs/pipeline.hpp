#pragma once

#include "api/assets/asset_service.hpp"
#include "api/events/event_bus.hpp"
#include "api/playback/segment_requests.hpp"
#include "media/task.hpp"
#include "model/time.hpp"
#include "server/jobs/forecast.hpp"
#include "server/jobs/job_observer.hpp"
#include "server/jobs/order_of_work.hpp"
#include "storage/blob/blob_store.hpp"
#include "storage/kv/kv_store.hpp"
#include "storage/queue/job_queue.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace weike::server {

// For the log: what happened to which asset, and why.
using JobLog = std::function<void(std::string_view event, AssetId asset, std::string_view detail)>;
// An asset was rejected: links to it that were signed for an earlier epoch stop now.
using StopLinks = std::function<void(AssetId asset, std::uint32_t epoch)>;

struct PipelineOptions {
  // Children at work at the same time. One for each core.
  std::size_t workers = 2;
  // Segments that one child makes from one decode, at most.
  std::uint32_t batch_segments = 8;
  // Up to here all rungs come from one decode; above, 360p and sound come first for the whole
  // lesson.
  Milliseconds short_lesson = std::chrono::minutes{3};
  TopRung top_rung = TopRung::eager;
  media::Limits limits;
  media::PlanOptions plan = {};
  // Lessons that are made playable at the same time; whoever is behind them stands in the queue.
  // Those that can be played already keep nobody waiting for that.
  std::size_t active_jobs = 16;
  // With those that can be played. Each keeps its plan in memory, its source open and a lease that
  // is renewed; none costs more than that while others go first.
  std::size_t most_active_jobs = 128;
  // And finished ones that get a rung more.
  std::size_t active_late_jobs = 4;
  // How often the queue is looked at while there is nothing to do.
  Milliseconds poll = std::chrono::milliseconds{250};
  // Finished segments are journalled, and listeners told, at most so often; and at each milestone.
  Milliseconds journal = std::chrono::milliseconds{250};
  // How often a held lease is renewed; well below JobQueueOptions::lease.
  Milliseconds renew = std::chrono::seconds{8};
  // How often running work is checked against the store: was its asset deleted?
  Milliseconds watch = std::chrono::seconds{1};
  JobLog log = {};
  StopLinks stop_links = {};
  // Both may be null, and outlive the pipeline otherwise.
  JobObserver* observer = nullptr;
  Forecast* forecast = nullptr;
};

// Brings assets from `queued` to `ready`: leases jobs, gives batches of segments to the worker,
// puts what comes back at its final name and journals it. What is finished is never made again.
// Segments that viewers wait for are made first, while the rest stands still
// (docs/decisions/0007-segments-on-demand.md).
class Pipeline final : public playback::SegmentRequests {
 public:
  Pipeline(storage::KvStore& store, storage::BlobStore& blobs, storage::JobQueue& queue,
           assets::AssetService& assets, events::EventBus& events, media::Worker& worker,
           const Clock& clock, PipelineOptions options = {});
  ~Pipeline() override;  // Stops.
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  // Voids the leases of the former instance and starts the worker threads.
  void start();
  // Kills running children and waits for the threads; their jobs go on with the next start.
  void stop();

  std::shared_ptr<Wish> want(AssetId asset, std::string_view rendition, std::uint32_t number,
                             std::function<void()> wake) override;
  void watched(AssetId asset) override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weike::server
