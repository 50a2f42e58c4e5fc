#pragma once

#include "server/jobs/asset_job.hpp"
#include "server/jobs/fair_share.hpp"
#include "server/jobs/workshop.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace weike::server {

// The jobs at work in this process, oldest lease first, and which of them goes on next. One thread
// at a time.
class JobRoster {
 public:
  explicit JobRoster(Workshop& workshop) : workshop_(workshop) {}

  enum class Lane {
    lessons,       // Everything but background rungs.
    not_playable,  // Of these, what makes a lesson playable.
    background,    // Background rungs.
  };
  struct Choice {
    std::shared_ptr<AssetJob> job;
    AssetJob::Unit unit;
    AssetJob::Rank rank;
  };

  // Leases jobs as long as there is room: every lesson begins early, so that it can be played
  // early.
  void take_new();
  // The most urgent unit of the lane; among equals that of the organisation that was served least,
  // and there that of the lesson with the least work left.
  std::optional<Choice> take_unit(Lane lane);
  // Is there anything to take but background rungs?
  bool has_unit() const;

  const std::vector<std::shared_ptr<AssetJob>>& jobs() const { return jobs_; }
  void remove(const std::shared_ptr<AssetJob>& job) { std::erase(jobs_, job); }
  void clear() { jobs_.clear(); }

 private:
  Result<std::optional<storage::Lease>> lease();
  void discard(const storage::Lease& lease);

  Workshop& workshop_;
  std::vector<std::shared_ptr<AssetJob>> jobs_;
  FairShare share_;
};

}  // namespace weike::server
