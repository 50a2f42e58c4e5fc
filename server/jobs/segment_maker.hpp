#pragma once

#include "server/jobs/asset_job.hpp"
#include "server/jobs/workshop.hpp"

namespace weike::server {

// Makes single segments that viewers wait for, of any asset with a plan, whether a job is at work
// on it or not. It needs no lease: what it puts has the bytes that any job would give it, and an
// asset that is erased meanwhile is held until its bytes can go. Threads may share it.
class SegmentMaker {
 public:
  explicit SegmentMaker(Workshop& workshop) : workshop_(workshop) {}

  bool is_made(const WantedSegment& wanted) const;

  // Brings the segment to its name. `job` is the one that left it to us, or null. Fails with
  // `not_found` when nobody will ever make it: there is no such asset or segment, or the asset
  // failed.
  Result<> make(const WantedSegment& wanted, AssetJob* job, const media::TaskControl& control);

 private:
  class Sink;
  Result<Asset> find(AssetId id) const;
  Result<> put(const WantedSegment& wanted, AssetJob* job, std::span<const std::byte> bytes);
  Result<> journal(const WantedSegment& wanted, const SegmentEntry& entry);

  Workshop& workshop_;
};

}  // namespace weike::server
