#include "server/jobs/job_roster.hpp"

#include <algorithm>

namespace weike::server {
namespace {

bool is_in(JobRoster::Lane lane, const AssetJob& job, const AssetJob::Rank& rank) {
  const bool is_background = job.kind() == JobKind::background_rung;
  switch (lane) {
    case JobRoster::Lane::lessons:
      return !is_background;
    case JobRoster::Lane::not_playable:
      return !is_background && rank.is_until_playable();
    case JobRoster::Lane::background:
      return is_background;
  }
  return false;
}

}  // namespace

void JobRoster::take_new() {
  while (true) {
    auto lease = this->lease();
    if (!lease || !*lease) return;  // A store that fails is asked again at the next turn.
    const auto order = JobOrder::parse((*lease)->payload);
    if (!order) {
      workshop_.log("job_unknown", AssetId{}, (*lease)->payload);
      discard(**lease);
      continue;
    }
    jobs_.push_back(
        std::make_shared<AssetJob>(workshop_, std::move(**lease), order->asset, order->kind));
  }
}

// A lesson that can be played keeps none from becoming so. Late jobs have room of their own, so
// that they never keep a lesson waiting.
Result<std::optional<storage::Lease>> JobRoster::lease() {
  std::size_t lessons = 0;
  std::size_t not_playable = 0;
  for (const auto& job : jobs_) {
    if (job->kind() != JobKind::lesson) continue;
    ++lessons;
    if (!job->is_playable()) ++not_playable;
  }
  const auto& options = workshop_.options;
  if (not_playable >= options.active_jobs || lessons >= options.most_active_jobs) {
    // One lesson of each organisation has room however many others are at work: those may be long.
    std::set<UnitId> busy;
    for (const auto& job : jobs_) {
      if (job->kind() == JobKind::lesson) busy.insert(job->unit());
    }
    return workshop_.queue.lease(storage::JobClass::normal, busy);
  }
  const bool has_late_room = jobs_.size() - lessons < options.active_late_jobs;
  return workshop_.queue.lease(has_late_room ? storage::JobClass::background
                                             : storage::JobClass::normal);
}

void JobRoster::discard(const storage::Lease& lease) {
  const auto done = workshop_.store.transact([&](storage::Transaction& transaction) {
    return workshop_.queue.complete(transaction, lease);
  });
  if (!done) workshop_.log("job_unknown", AssetId{}, done.error().message);
}

std::optional<JobRoster::Choice> JobRoster::take_unit(Lane lane) {
  std::vector<std::shared_ptr<AssetJob>> jobs;
  std::vector<FairShare::Candidate> candidates;
  std::vector<FairShare::Candidate> waiting;  // With those that another lane may take.
  for (const auto& job : jobs_) {
    const auto rank = job->rank();
    if (!rank) continue;
    const FairShare::Candidate candidate{job->unit(), rank->hurry, rank->work_left};
    const bool is_background = job->kind() == JobKind::background_rung;
    if (is_background == (lane == Lane::background)) waiting.push_back(candidate);
    if (!is_in(lane, *job, *rank)) continue;
    jobs.push_back(job);
    candidates.push_back(candidate);
  }
  const auto next = share_.choose(candidates);
  if (!next) return std::nullopt;
  auto& job = jobs[*next];
  const bool is_hurried = lane == Lane::not_playable;
  auto unit = job->take_unit(is_hurried ? AssetJob::Portion::playable : AssetJob::Portion::whole);
  if (!unit) return std::nullopt;
  share_.serve(job->unit(), job->work_of(*unit), waiting);
  const AssetJob::Rank rank{candidates[*next].hurry, candidates[*next].work_left};
  return Choice{std::move(job), std::move(*unit), rank};
}

bool JobRoster::has_unit() const {
  return std::any_of(jobs_.begin(), jobs_.end(), [](const auto& job) {
    return job->kind() != JobKind::background_rung && job->rank();
  });
}

}  // namespace weike::server
