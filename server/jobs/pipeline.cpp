#include "server/jobs/pipeline.hpp"

#include "server/jobs/job_roster.hpp"
#include "server/jobs/late_jobs.hpp"
#include "server/jobs/segment_maker.hpp"
#include "server/jobs/work_floor.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace weike::server {

// Threads that each run one child at a time: the ordinary workers take the most urgent unit of any
// job; one more makes what viewers wait for; one takes lessons that cannot be played yet when all
// workers are busy; one makes background rungs while nothing else is to do. The last thread keeps
// the leases alive.
class Pipeline::Impl {
 public:
  explicit Impl(Workshop workshop)
      : workshop_(std::move(workshop)),
        roster_(workshop_),
        floor_(workshop_.observer()),
        late_jobs_(workshop_),
        maker_(workshop_) {
    workshop_.wishes.on_left_done([this] { ring(); });
  }

  void start() {
    const auto released = workshop_.queue.release_all();
    if (!released) workshop_.log("release_failed", AssetId{}, released.error().message);
    {
      const std::scoped_lock lock(mutex_);
      is_running_ = true;
    }
    for (std::size_t i = 0; i < workshop_.options.workers; ++i) {
      threads_.emplace_back([this] { work(Level::ordinary); });
    }
    threads_.emplace_back([this] { work(Level::urgent); });
    threads_.emplace_back([this] { work(Level::background); });
    threads_.emplace_back([this] { serve_viewers(); });
    threads_.emplace_back([this] { keep_leases(); });
  }

  void stop() {
    {
      const std::scoped_lock lock(mutex_);
      is_running_ = false;
      for (const auto& job : roster_.jobs()) job->stop();
      if (wanted_control_) wanted_control_->stop = true;
    }
    changed_.notify_all();
    keeper_.notify_all();
    ring();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
    roster_.clear();
    workshop_.wishes.settle_everything();
  }

  std::shared_ptr<Wish> want(const WantedSegment& wanted, std::function<void()> wake) {
    auto told = [this, wanted, since = std::chrono::steady_clock::now(), wake = std::move(wake)] {
      const auto waited = std::chrono::steady_clock::now() - since;
      workshop_.observer().on_wish(std::chrono::duration_cast<Milliseconds>(waited),
                                   maker_.is_made(wanted));
      wake();
    };
    auto wish = workshop_.wishes.add(wanted, std::move(told));
    ring();
    if (!is_running_) workshop_.wishes.settle(wanted);
    return wish;
  }

  void watched(AssetId asset) { late_jobs_.watched(asset); }

 private:
  // What an ordinary worker does.
  struct AtWork {
    WorkFloor::Control control;
    std::weak_ptr<const AssetJob> job;
    bool is_until_playable = false;
  };

  void work(Level level) {
    while (auto choice = next(level)) {
      const auto asset = choice->job->asset();
      const auto control = choice->unit.control;
      if (choice->job->run(choice->unit)) forget(std::move(choice->job));
      {
        const std::scoped_lock lock(mutex_);
        floor_.leave(control);
        std::erase_if(at_work_, [&](const AtWork& each) { return each.control == control; });
      }
      // A batch that failed, or a job that is over, delivers nothing more.
      workshop_.wishes.reopen(asset);
      ring();
      changed_.notify_all();
    }
  }

  // Waits for something to do; nothing when the pipeline stops.
  std::optional<JobRoster::Choice> next(Level level) {
    std::unique_lock lock(mutex_);
    while (is_running_) {
      if (auto choice = choose(level)) {
        floor_.enter(choice->unit.control, level);
        if (level == Level::ordinary)
          at_work_.push_back({choice->unit.control, choice->job, choice->rank.is_until_playable()});
        return choice;
      }
      changed_.wait_for(lock, workshop_.options.poll);
    }
    return std::nullopt;
  }

  // Those that none is made playable by. A unit may go on with the rest after that. With `mutex_`
  // held.
  std::size_t busy_workers() const {
    const auto is_busy = [](const AtWork& each) {
      if (!each.is_until_playable) return true;
      const auto job = each.job.lock();
      return job && job->is_playable();
    };
    return static_cast<std::size_t>(std::count_if(at_work_.begin(), at_work_.end(), is_busy));
  }

  // With `mutex_` held.
  std::optional<JobRoster::Choice> choose(Level level) {
    if (floor_.is_held_up(level)) return std::nullopt;
    switch (level) {
      case Level::ordinary:
        roster_.take_new();
        return roster_.take_unit(JobRoster::Lane::lessons);
      case Level::urgent:
        if (busy_workers() < workshop_.options.workers) return std::nullopt;
        roster_.take_new();
        return roster_.take_unit(JobRoster::Lane::not_playable);
      default:
        if (!floor_.is_empty() || roster_.has_unit()) return std::nullopt;
        return roster_.take_unit(JobRoster::Lane::background);
    }
  }

  void forget(std::shared_ptr<AssetJob> job) {
    const bool was_lost = job->is_lost();
    {
      const std::scoped_lock lock(mutex_);
      roster_.remove(job);
    }
    job.reset();  // And with it the hold on the asset's bytes; if the asset is gone, they go now.
    if (!was_lost) return;
    needs_sweep_ = true;
    keeper_.notify_all();
  }

  // Tells the thread that serves viewers to look around. Never waits for other work.
  void ring() {
    {
      const std::scoped_lock lock(bell_mutex_);
      has_rung_ = true;
    }
    bell_.notify_one();
  }

  void serve_viewers() {
    while (is_running_) {
      {
        std::unique_lock lock(bell_mutex_);
        bell_.wait(lock, [this] { return has_rung_; });
        has_rung_ = false;
      }
      while (auto wanted = is_running_ ? workshop_.wishes.take() : std::nullopt) serve(*wanted);
      {
        const std::scoped_lock lock(mutex_);
        floor_.wait_for_spared(workshop_.wishes.has_left());
        // Whoever was expected may have withdrawn, or have found the segment at its name.
        floor_.expect(workshop_.wishes.has_open());
      }
      changed_.notify_all();
    }
  }

  void serve(const WantedSegment& wanted) {
    if (maker_.is_made(wanted)) return workshop_.wishes.settle(wanted);
    auto control = std::make_shared<media::TaskControl>();
    const auto way = find_way(wanted, control);
    if (way.kind == Way::Kind::wait) return;
    if (way.kind == Way::Kind::make) {
      const auto made = maker_.make(wanted, way.job.get(), *control);
      if (!made && way.job) way.job->release(wanted.rendition, wanted.number);
      if (!made && made.error().code != ErrorCode::not_found)
        workshop_.log("wanted_segment_failed", wanted.asset, made.error().message);
      const std::scoped_lock lock(mutex_);
      wanted_control_.reset();
      floor_.leave(control);
      floor_.expect(workshop_.wishes.has_open());
    }
    workshop_.wishes.settle(wanted);
    changed_.notify_all();
  }

  // How a wanted segment comes about.
  struct Way {
    enum class Kind { made, wait, make };
    Kind kind = Kind::make;
    std::shared_ptr<AssetJob> job = nullptr;  // That leaves it to us; null: none is at work on it.
  };
  Way find_way(const WantedSegment& wanted, const WorkFloor::Control& control) {
    using Kind = AssetJob::Answer::Kind;
    const std::scoped_lock lock(mutex_);
    if (!is_running_) return {Way::Kind::made};
    Way way;
    for (const auto& job : roster_.jobs()) {
      if (job->asset() != wanted.asset) continue;
      const auto answer = job->claim(wanted.rendition, wanted.number);
      if (answer.kind == Kind::made) return {Way::Kind::made};
      if (answer.kind == Kind::soon) {
        workshop_.wishes.leave_to_others(wanted);
        if (answer.deliverer) floor_.spare(answer.deliverer);
        floor_.wait_for_spared(true);
        floor_.expect(workshop_.wishes.has_open());
        return {Way::Kind::wait};
      }
      if (answer.kind == Kind::claimed) way.job = job;
    }
    wanted_control_ = control;
    floor_.enter(control, Level::wanted);
    return way;
  }

  void keep_leases() {
    auto next_renewal = std::chrono::steady_clock::now() + workshop_.options.renew;
    std::unique_lock lock(mutex_);
    while (is_running_) {
      auto jobs = roster_.jobs();
      lock.unlock();
      const bool is_due = std::chrono::steady_clock::now() >= next_renewal;
      if (is_due) next_renewal += workshop_.options.renew;
      for (const auto& job : jobs) is_due ? job->renew() : job->watch();
      jobs.clear();  // A job that is over holds its asset's bytes no longer; now they may go.
      if (needs_sweep_.exchange(false)) workshop_.assets.sweep();
      late_jobs_.tend();
      lock.lock();
      if (is_running_ && !needs_sweep_) keeper_.wait_for(lock, workshop_.options.watch);
    }
  }

  Workshop workshop_;
  std::atomic<bool> is_running_ = false;
  std::atomic<bool> needs_sweep_ = false;  // The asset of a job was deleted while it ran.
  std::vector<std::thread> threads_;
  std::mutex bell_mutex_;
  std::condition_variable bell_;
  bool has_rung_ = false;
  std::mutex mutex_;                 // Guards what follows.
  std::condition_variable changed_;  // There may be a unit to take.
  std::condition_variable keeper_;
  JobRoster roster_;
  WorkFloor floor_;
  WorkFloor::Control wanted_control_;  // Of the wanted segment at work.
  std::vector<AtWork> at_work_;
  LateJobs late_jobs_;
  SegmentMaker maker_;
};

Pipeline::Pipeline(storage::KvStore& store, storage::BlobStore& blobs, storage::JobQueue& queue,
                   assets::AssetService& assets, events::EventBus& events, media::Worker& worker,
                   const Clock& clock, PipelineOptions options)
    : impl_(std::make_unique<Impl>(
          Workshop{store, blobs, queue, assets, events, worker, clock, std::move(options)})) {}

Pipeline::~Pipeline() { stop(); }

void Pipeline::start() { impl_->start(); }

void Pipeline::stop() { impl_->stop(); }

std::shared_ptr<Pipeline::Wish> Pipeline::want(AssetId asset, std::string_view rendition,
                                               std::uint32_t number, std::function<void()> wake) {
  return impl_->want({asset, std::string(rendition), number}, std::move(wake));
}

void Pipeline::watched(AssetId asset) { impl_->watched(asset); }

}  // namespace weike::server
