#pragma once

#include "media/package/rates.hpp"
#include "server/jobs/job_kind.hpp"
#include "server/jobs/observation_log.hpp"
#include "server/jobs/order_of_work.hpp"
#include "server/jobs/segment_entry.hpp"
#include "server/jobs/workshop.hpp"

#include <atomic>
#include <chrono>
#include <compare>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace weike::server {

// The work on one asset under one lease, cut into units that several threads take. A unit that
// fails stops the others; whoever ends last settles what becomes of the asset. Threads may share
// it.
class AssetJob {
 public:
  AssetJob(Workshop& workshop, storage::Lease lease, AssetId asset, JobKind kind = JobKind::lesson);
  ~AssetJob();
  AssetJob(const AssetJob&) = delete;
  AssetJob& operator=(const AssetJob&) = delete;

  enum class Step { begin, batch, images, settle };
  using Control = std::shared_ptr<media::TaskControl>;
  struct Unit {
    Step step = Step::begin;
    Batch batch;
    Control control = std::make_shared<media::TaskControl>();
  };
  // How urgent the next unit is; smaller goes first. Nothing if there is none to take now.
  struct Rank {
    int hurry = 0;
    double work_left = 0;  // Short remaining work first.
    auto operator<=>(const Rank&) const = default;
    // Until it is done nobody can play the lesson.
    bool is_until_playable() const { return hurry <= 1; }
  };
  std::optional<Rank> rank() const;
  // For whom a unit is: one that others stand still for makes what a player needs, and no more.
  enum class Portion { whole, playable };
  std::optional<Unit> take_unit(Portion portion = Portion::whole);

  // Does the unit, in the calling thread. True when the job is over: nothing is left of it to do.
  bool run(const Unit& unit);

  // A viewer waits for a segment that somebody outside the job shall make.
  struct Answer {
    enum class Kind {
      none,     // It is not among what the job makes, or the job has not begun.
      made,     // It lies at its name.
      soon,     // The batch under `deliverer` will have it sooner than a child of its own.
      claimed,  // The job leaves it to the caller, who ends with `adopt` or `release`.
    };
    Kind kind = Kind::none;
    Control deliverer = nullptr;  // Null while the job begins.
  };
  Answer claim(const std::string& rendition, std::uint32_t number);
  // The segment that was claimed lies at its name.
  void adopt(const std::string& rendition, std::uint32_t number, SegmentEntry entry);
  // What was seen and heard in it, told before it is put.
  Result<> observe(const SegmentName& name, const media::Observation& observation);
  // It could not be made; the job does it itself.
  void release(const std::string& rendition, std::uint32_t number);

  // Stops what runs because the server stops; the job goes on with the next start.
  void stop();
  // Renews the lease; the job stops if it was lost.
  void renew();
  // Stops the job if its lease does not hold any more: the asset was deleted.
  void watch();
  // The asset is not ours any more; its bytes may have to go.
  bool is_lost() const;
  // Has it what a player needs to begin?
  bool is_playable() const;
  AssetId asset() const { return id_; }
  JobKind kind() const { return kind_; }
  UnitId unit() const { return unit_; }
  // What a unit costs, in the measure of `cost_of`.
  double work_of(const Unit& unit) const;

 private:
  class SegmentSink;
  class ProbeSink;
  class ImageSink;
  using Place = std::pair<std::string, std::uint32_t>;  // Rendition and number.

  // asset_job_begin.cpp: from the lease to a list of batches.
  Result<> begin(const media::TaskControl& control);
  Result<Asset> open_asset();
  Result<> name_source(Asset& asset, const media::TaskControl& control);
  Result<media::Plan> probe(const Asset& asset, const media::TaskControl& control);
  Result<bool> has_standing_plan();
  Result<media::Plan> keep_plan(const nlohmann::json& made);
  Result<> reuse(const Asset& asset, const media::Plan& plan);
  Result<FinishedSegments> find_finished(const media::Plan& plan);
  Result<std::map<std::string, SegmentEntry>> read_journal();

  // asset_job_segments.cpp: what the children make.
  Result<> make_batch(const Unit& unit);
  Result<> make_images(const media::TaskControl& control);
  Result<> put_segment(const SegmentName& name, std::span<const std::byte> bytes);
  Result<> flush();
  void describe_progress(Asset& asset) const;
  void describe_late(Asset& asset) const;
  void describe_content(Asset& asset) const;
  void note_damage();

  // asset_job_forecast.cpp: how long it will take, for whoever forecasts.
  double work_left() const;  // With `mutex_` held.
  void begin_forecast(const Asset& asset, bool is_probed_now);
  std::optional<Milliseconds> forecast(const Asset& asset) const;
  Result<> perform_measured(const Unit& unit);

  // Puts a file that no viewer has seen yet, also where one of an earlier attempt lies.
  Result<> replace(const std::string& name, std::span<const std::byte> bytes);

  // asset_job_settle.cpp: what becomes of the asset.
  void settle();
  Result<> finish();
  Result<> finish_late();
  std::vector<media::MeasuredRate> measure() const;
  Result<> drop_copy();
  Result<> give_up(const Error& error);
  Result<> give_up_late(const Error& error);

  using Edit = std::function<Result<>(storage::Transaction&, Asset&)>;
  // Changes the asset in one transaction in which the lease is shown, then tells the listeners.
  Result<> change(const Edit& edit);
  // `conflict` if the lease or the asset was lost; the job then stops.
  Result<> confirm();
  Result<> perform(const Unit& unit);
  Result<> do_step(const Unit& unit);
  void take_failure(const Error& error);
  void lose();
  storage::Lease lease() const;

  // With `mutex_` held.
  bool is_all_made() const;
  bool can_make_images() const;
  bool is_stopping() const { return stop_ || failure_; }
  void stop_units();
  void plan_batches();
  void set_goal();
  double batch_cost(const Batch& batch, std::uint32_t last) const;  // asset_job_wishes.cpp

  Workshop& workshop_;
  const AssetId id_;
  const JobKind kind_;
  const UnitId unit_;
  const std::shared_ptr<void> hold_;
  std::atomic<bool> stop_ = false;
  std::shared_ptr<const storage::OpenFile> source_;
  ObservationLog notes_;

  std::mutex flush_mutex_;    // One flush at a time; taken before `mutex_`.
  mutable std::mutex mutex_;  // Guards what follows.
  storage::Lease lease_;
  std::optional<media::Plan> plan_;  // Set once, by `begin`; from then on it may be read freely.
  bool is_damaged_ = false;          // A frame of the source could not be decoded.
  std::vector<std::string> due_;     // The renditions that this job makes.
  FinishedSegments finished_;
  std::set<Place> claimed_;  // At work, in batches or outside the job.
  std::deque<Batch> batches_;
  std::vector<Unit> running_;
  std::vector<std::pair<std::string, SegmentEntry>> unwritten_;  // By key.
  std::vector<std::string> placeholders_;
  int milestones_told_ = 0;
  std::chrono::steady_clock::time_point last_flush_{};
  bool has_begun_ = false;   // `begin` was taken.
  bool has_plan_ = false;    // `begin` is done.
  bool has_images_ = false;  // Made.
  bool images_taken_ = false;
  bool is_lost_ = false;
  bool is_over_ = false;
  std::optional<Error> failure_;
};

}  // namespace weike::server
