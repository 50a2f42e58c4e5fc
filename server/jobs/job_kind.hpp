#pragma once

#include "model/id.hpp"
#include "storage/queue/job_queue.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weike::server {

// What a job does for its asset.
enum class JobKind : std::uint8_t {
  lesson,           // From the last byte to `ready`.
  top_rung,         // The largest encoded rung of a lesson that became ready without it.
  background_rung,  // The rung for players that know a newer codec, while nothing else is to do.
};

// What stands in a job's payload. A lesson's is the asset's id alone; the kind follows a space.
struct JobOrder {
  AssetId asset;
  JobKind kind = JobKind::lesson;

  std::string payload() const;
  static std::optional<JobOrder> parse(std::string_view payload);
};

// Each kind of job of an asset has an id of its own, so that none is queued twice.
JobId job_id_of(AssetId asset, JobKind kind);
// The request for a job that comes behind all lessons.
storage::JobRequest late_job(AssetId asset, UnitId unit, JobKind kind);

}  // namespace weike::server
