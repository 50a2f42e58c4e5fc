#pragma once

#include "api/assets/forecaster.hpp"
#include "model/time.hpp"
#include "server/jobs/forecast_model.hpp"
#include "server/jobs/job_observer.hpp"
#include "storage/kv/kv_store.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

namespace weike::server {

// Tells when assets will be ready, from what this machine was seen to do and from what lies before
// them, and measures how wrong it was. What it has learnt survives a restart. Threads may share it.
class Forecast final : public assets::Forecaster {
 public:
  // `observer` is told of the errors. Until something was measured, `workers` cores like those of
  // docs/performance.md are assumed.
  Forecast(storage::KvStore& store, const Clock& clock, JobObserver& observer, std::size_t workers);

  // The probe of an asset is done: its work is known, and its forecast is what its error will be
  // measured by.
  void begin(const Asset& asset, double work);
  // Of an asset whose probe an earlier run made, or whose work went on.
  void set_work_left(const Asset& asset, double work);
  // The asset is ready.
  void finish(AssetId asset);
  // The work on it ended otherwise.
  void forget(AssetId asset);

  // Around each piece of work, by whoever does it.
  void start_piece();
  void end_piece(double work);

  std::optional<Milliseconds> until_ready(const Asset& asset,
                                          std::optional<std::size_t> queue_place) const override;
  std::optional<Milliseconds> until_ready(const Asset& asset) const {
    return until_ready(asset, std::nullopt);
  }

  void load();
  void save() const;

 private:
  struct Lesson {
    OpenWork left;
    std::optional<Timestamp> began_at;  // When its forecast was made.
    Milliseconds forecast{};
  };
  std::vector<OpenWork> others(AssetId asset) const;
  Milliseconds time_for(double work) const;
  Milliseconds queued_time(const Asset& asset, std::size_t place) const;

  storage::KvStore& store_;
  const Clock& clock_;
  JobObserver& observer_;
  mutable std::mutex mutex_;  // Guards what follows.
  DecayingRate work_per_second_;
  DecayingRate work_per_byte_;    // Of sources, for those that are not probed yet.
  DecayingRate work_per_lesson_;  // For those before them.
  std::map<AssetId, Lesson> lessons_;
  int pieces_ = 0;  // Being made now.
  Timestamp busy_since_{};
};

}  // namespace weike::server
