#pragma once

#include "model/bounded_map.hpp"
#include "server/jobs/job_kind.hpp"
#include "server/jobs/workshop.hpp"

#include <chrono>
#include <mutex>
#include <set>

namespace weike::server {

// Queues the jobs that only watched lessons are worth: the encoded top rung that was put off, and
// the background rung. Threads may share it.
class LateJobs {
 public:
  explicit LateJobs(Workshop& workshop) : workshop_(workshop) {}

  // Remembers that somebody watches; touches nothing but memory.
  void watched(AssetId asset);
  // Looks at the assets that were watched since the last call, and queues what they lack.
  void tend();

 private:
  Result<> look_at(AssetId id);
  Result<> queue(AssetId asset, UnitId unit, JobKind kind);

  Workshop& workshop_;
  BoundedMap<AssetId, std::chrono::steady_clock::time_point> looked_at_{4096};
  std::mutex mutex_;  // Guards what follows.
  std::set<AssetId> watched_;
};

}  // namespace weike::server
