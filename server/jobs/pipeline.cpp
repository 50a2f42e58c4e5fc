#include "server/jobs/pipeline.hpp"

#include "server/jobs/asset_job.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace weike::server {

// Worker threads take the most urgent unit of any job; one more thread keeps the leases alive.
class Pipeline::Impl {
 public:
  explicit Impl(Workshop workshop) : workshop_(std::move(workshop)) {}

  void start() {
    const auto released = workshop_.queue.release_all();
    if (!released) workshop_.log("release_failed", AssetId{}, released.error().message);
    {
      const std::scoped_lock lock(mutex_);
      is_stopping_ = false;
    }
    for (std::size_t i = 0; i < workshop_.options.workers; ++i) {
      threads_.emplace_back([this] { work(); });
    }
    threads_.emplace_back([this] { keep_leases(); });
  }

  void stop() {
    {
      const std::scoped_lock lock(mutex_);
      is_stopping_ = true;
      for (const auto& job : active_) job->stop();
    }
    changed_.notify_all();
    keeper_.notify_all();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
    active_.clear();
  }

 private:
  struct Choice {
    std::shared_ptr<AssetJob> job;
    AssetJob::Unit unit;
  };

  void work() {
    while (auto choice = next()) {
      if (choice->job->run(choice->unit)) forget(std::move(choice->job));
      changed_.notify_all();
    }
  }

  // Waits for something to do; nothing when the pipeline stops.
  std::optional<Choice> next() {
    std::unique_lock lock(mutex_);
    while (!is_stopping_) {
      take_new_jobs();
      if (auto choice = most_urgent()) return choice;
      changed_.wait_for(lock, workshop_.options.poll);
    }
    return std::nullopt;
  }

  // Every lesson begins as soon as a worker is free, so that it can be played early.
  void take_new_jobs() {
    while (active_.size() < workshop_.options.active_jobs) {
      auto lease = workshop_.queue.lease();
      if (!lease || !*lease) return;  // A store that fails is asked again at the next turn.
      const auto asset = AssetId::parse((*lease)->payload);
      if (!asset) {
        workshop_.log("job_unknown", AssetId{}, (*lease)->payload);
        discard(**lease);
        continue;
      }
      active_.push_back(std::make_shared<AssetJob>(workshop_, std::move(**lease), *asset));
    }
  }

  void discard(const storage::Lease& lease) {
    const auto done = workshop_.store.transact([&](storage::Transaction& transaction) {
      return workshop_.queue.complete(transaction, lease);
    });
    if (!done) workshop_.log("job_unknown", AssetId{}, done.error().message);
  }

  // Among equals the oldest, which stands first.
  std::optional<Choice> most_urgent() {
    std::shared_ptr<AssetJob> best;
    std::optional<AssetJob::Rank> best_rank;
    for (const auto& job : active_) {
      const auto rank = job->rank();
      if (!rank || (best_rank && !(*rank < *best_rank))) continue;
      best = job;
      best_rank = rank;
    }
    if (!best) return std::nullopt;
    auto unit = best->take_unit();
    if (!unit) return std::nullopt;
    return Choice{std::move(best), std::move(*unit)};
  }

  void forget(std::shared_ptr<AssetJob> job) {
    const bool was_lost = job->is_lost();
    {
      const std::scoped_lock lock(mutex_);
      std::erase(active_, job);
    }
    job.reset();  // And with it the hold on the asset's bytes; if the asset is gone, they go now.
    if (!was_lost) return;
    needs_sweep_ = true;
    keeper_.notify_all();
  }

  void keep_leases() {
    auto next_renewal = std::chrono::steady_clock::now() + workshop_.options.renew;
    std::unique_lock lock(mutex_);
    while (!is_stopping_) {
      auto jobs = active_;
      lock.unlock();
      const bool is_due = std::chrono::steady_clock::now() >= next_renewal;
      if (is_due) next_renewal += workshop_.options.renew;
      for (const auto& job : jobs) is_due ? job->renew() : job->watch();
      jobs.clear();  // A job that is over holds its asset's bytes no longer; now they may go.
      if (needs_sweep_.exchange(false)) workshop_.assets.sweep();
      lock.lock();
      if (!is_stopping_ && !needs_sweep_) keeper_.wait_for(lock, workshop_.options.watch);
    }
  }

  Workshop workshop_;
  std::atomic<bool> needs_sweep_ = false;  // The asset of a job was deleted while it ran.
  std::vector<std::thread> threads_;
  std::mutex mutex_;                 // Guards what follows.
  std::condition_variable changed_;  // There may be a unit to take.
  std::condition_variable keeper_;
  std::vector<std::shared_ptr<AssetJob>> active_;  // In the order of their leases.
  bool is_stopping_ = false;
};

Pipeline::Pipeline(storage::KvStore& store, storage::BlobStore& blobs, storage::JobQueue& queue,
                   assets::AssetService& assets, events::EventBus& events, media::Worker& worker,
                   const Clock& clock, PipelineOptions options)
    : impl_(std::make_unique<Impl>(
          Workshop{store, blobs, queue, assets, events, worker, clock, std::move(options)})) {}

Pipeline::~Pipeline() { stop(); }

void Pipeline::start() { impl_->start(); }

void Pipeline::stop() { impl_->stop(); }

}  // namespace weike::server
