#include "server/jobs/late_jobs.hpp"

#include <algorithm>

namespace weike::server {
namespace {

using SteadyClock = std::chrono::steady_clock;

// A lesson is watched many times a minute; what it lacks does not change as fast.
constexpr std::chrono::seconds kRest{30};

const RenditionProgress* find(const Asset& asset, const std::string& rendition) {
  const auto found = std::find_if(asset.renditions.begin(), asset.renditions.end(),
                                  [&](const auto& each) { return each.name == rendition; });
  return found == asset.renditions.end() ? nullptr : &*found;
}

}  // namespace

void LateJobs::watched(AssetId asset) {
  const auto last = looked_at_.get(asset);
  if (last && SteadyClock::now() - *last < kRest) return;
  looked_at_.put(asset, SteadyClock::now());
  const std::scoped_lock lock(mutex_);
  watched_.insert(asset);
}

void LateJobs::tend() {
  std::set<AssetId> watched;
  {
    const std::scoped_lock lock(mutex_);
    watched.swap(watched_);
  }
  for (const auto asset : watched) {
    const auto done = look_at(asset);
    if (!done && done.error().code != ErrorCode::not_found)
      workshop_.log("late_job_failed", asset, done.error().message);
  }
}

Result<> LateJobs::look_at(AssetId id) {
  Asset asset;
  const auto read = workshop_.store.read([&](storage::Transaction& transaction) -> Result<> {
    auto found = workshop_.assets.find(transaction, id);
    if (!found) return found.error();
    asset = std::move(*found);
    return {};
  });
  if (!read) return read;
  if (asset.state != AssetState::ready) return {};
  const auto plan = workshop_.assets.plan(id);
  if (!plan) return plan.error();

  const auto* top = plan->video.empty() ? nullptr : find(asset, plan->video.front().name);
  if (top != nullptr && !top->is_complete()) {
    if (auto queued = queue(id, asset.unit, JobKind::top_rung); !queued) return queued;
  }
  if (!plan->background) return {};
  const auto* background = find(asset, plan->background->name);
  if (background != nullptr && background->is_complete()) return {};
  return queue(id, asset.unit, JobKind::background_rung);
}

// A job that is out of tries stays so: the rung cannot be made.
Result<> LateJobs::queue(AssetId asset, UnitId unit, JobKind kind) {
  const auto known = workshop_.queue.find(job_id_of(asset, kind));
  if (!known) return known.error();
  if (*known) return {};
  return workshop_.store.transact([&](storage::Transaction& transaction) -> Result<> {
    const auto exists = workshop_.assets.find(transaction, asset);
    if (!exists) return exists.error();
    return workshop_.queue.enqueue(transaction, late_job(asset, unit, kind));
  });
}

}  // namespace weike::server
