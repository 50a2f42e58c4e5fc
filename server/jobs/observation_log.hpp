#pragma once

#include "media/observation.hpp"
#include "media/plan/plan.hpp"
#include "model/error.hpp"
#include "model/id.hpp"
#include "server/jobs/content_sheet.hpp"
#include "storage/kv/kv_store.hpp"

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

namespace weike::server {

// What was seen and heard in the segments of one asset. A note is durable before its segment is, so
// that a finished segment always has its notes, and nothing is decoded again for them. Threads may
// share it.
class ObservationLog {
 public:
  ObservationLog(storage::KvStore& store, AssetId asset) : store_(store), asset_(asset) {}

  // Reads what earlier runs noted; before anything else. Fails with `corrupt`, reason "damaged", if
  // that is already too much.
  Result<> open(const media::Plan& plan);

  // Writes the notes of a segment in one transaction with `guard`, which checks that the writer
  // still may. Notes of renditions that the sheet does not need are dropped. Fails with `corrupt`,
  // reason "damaged", as soon as it is certain that too many frames are beyond repair.
  Result<> add(const std::string& rendition, std::uint32_t number,
               const media::Observation& observation, const storage::TransactionBody& guard);

  // Frames whose own picture could not be decoded, as far as is known.
  std::int64_t damaged_frames() const;
  // Nothing until the notes of all segments are there.
  std::optional<ContentSheet> sheet() const;

 private:
  Result<> read(const std::string& rendition, Observations& into);
  std::int64_t count_damaged() const;  // With `mutex_` held.
  Result<> check_damage() const;       // The same.

  storage::KvStore& store_;
  const AssetId asset_;
  mutable std::mutex mutex_;  // Guards what follows.
  media::Plan plan_;
  Observations picture_;
  Observations sound_;
};

}  // namespace weike::server
