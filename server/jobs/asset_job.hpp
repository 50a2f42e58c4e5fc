#pragma once

#include "server/jobs/order_of_work.hpp"
#include "server/jobs/pipeline.hpp"

#include <chrono>
#include <compare>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace weike::server {

// What the jobs work with; everything outlives them.
struct Workshop {
  storage::KvStore& store;
  storage::BlobStore& blobs;
  storage::JobQueue& queue;
  assets::AssetService& assets;
  events::EventBus& events;
  media::Worker& worker;
  const Clock& clock;
  const PipelineOptions options;

  void log(std::string_view event, AssetId asset, std::string_view detail) const {
    if (options.log) options.log(event, asset, detail);
  }
};

// The journal's entry of one finished segment, stored under keys::segment.
struct SegmentEntry {
  std::uint64_t size_bytes = 0;
  std::string sha256;  // Lower-case hex.
};
void to_json(nlohmann::json& json, const SegmentEntry& entry);
void from_json(const nlohmann::json& json, SegmentEntry& entry);

// The work on one asset under one lease, cut into units that several threads take. A unit that
// fails stops the others; whoever ends last settles what becomes of the asset. Threads may share
// it.
class AssetJob {
 public:
  AssetJob(Workshop& workshop, storage::Lease lease, AssetId asset);

  enum class Step { begin, batch, images, settle };
  struct Unit {
    Step step = Step::begin;
    Batch batch;
  };
  // How urgent the next unit is; smaller goes first. Nothing if there is none to take now.
  struct Rank {
    int hurry = 0;
    double work_left = 0;  // Short remaining work first.
    auto operator<=>(const Rank&) const = default;
  };
  std::optional<Rank> rank() const;
  std::optional<Unit> take_unit();

  // Does the unit, in the calling thread. True when the job is over: nothing is left of it to do.
  bool run(const Unit& unit);

  // Stops what runs because the server stops; the job goes on with the next start.
  void stop();
  // Renews the lease; the job stops if it was lost.
  void renew();
  // Stops the job if its lease does not hold any more: the asset was deleted.
  void watch();
  // The asset is not ours any more; its bytes may have to go.
  bool is_lost() const;

 private:
  class SegmentSink;
  class ProbeSink;
  class ImageSink;

  // asset_job_begin.cpp: from the lease to a list of batches.
  Result<> begin();
  Result<media::Plan> probe(const Asset& asset);
  Result<media::Plan> keep_plan(const nlohmann::json& made);
  Result<FinishedSegments> find_finished(const media::Plan& plan);
  Result<std::map<std::string, SegmentEntry>> read_journal();

  // asset_job_segments.cpp: what the children make.
  Result<> make_batch(const Batch& batch);
  Result<> make_images();
  Result<> put_segment(const std::string& name, std::span<const std::byte> bytes);
  Result<> flush();
  void describe_progress(Asset& asset) const;

  // asset_job_settle.cpp: what becomes of the asset.
  void settle();
  Result<> finish();
  Result<> reject_or_fail(const Error& error);

  using Edit = std::function<Result<>(storage::Transaction&, Asset&)>;
  // Changes the asset in one transaction in which the lease is shown, then tells the listeners.
  Result<> change(const Edit& edit);
  // `conflict` if the lease was lost; the job then stops.
  Result<> confirm();
  Result<> perform(const Unit& unit);
  void take_failure(const Error& error);
  void lose();
  storage::Lease lease() const;
  bool is_all_made() const;  // With `mutex_` held.

  Workshop& workshop_;
  const AssetId id_;
  const std::shared_ptr<void> hold_;
  media::TaskControl control_;
  std::shared_ptr<const storage::OpenFile> source_;

  std::mutex flush_mutex_;    // One flush at a time; taken before `mutex_`.
  mutable std::mutex mutex_;  // Guards what follows.
  storage::Lease lease_;
  std::optional<media::Plan> plan_;  // Set once, by `begin`; from then on it may be read freely.
  FinishedSegments finished_;
  std::deque<Batch> batches_;
  std::vector<std::pair<std::string, SegmentEntry>> unwritten_;  // By key.
  std::string placeholder_;
  int milestones_told_ = 0;
  std::chrono::steady_clock::time_point last_flush_{};
  bool has_begun_ = false;   // `begin` was taken.
  bool has_plan_ = false;    // `begin` is done.
  bool has_images_ = false;  // Made.
  bool images_taken_ = false;
  bool is_lost_ = false;
  bool is_over_ = false;
  int running_ = 0;
  std::optional<Error> failure_;
};

}  // namespace weike::server
