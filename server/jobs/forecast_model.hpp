#pragma once

#include "media/plan/plan.hpp"
#include "model/id.hpp"
#include "server/jobs/order_of_work.hpp"

#include <nlohmann/json.hpp>

#include <span>

// How long work takes, as arithmetic without clocks and threads
// (docs/decisions/0011-forecast.md). Work is measured as `cost_of` does, in pixels that x264
// veryfast encodes.
namespace weike::server {

double work_of(const media::Plan& plan, const Batch& batch);
double work_of(const media::Plan& plan, std::span<const Batch> batches);

// A mean of `value` per `measure` in which what is older counts less: after `half_life` of measure
// half as much. One thread at a time.
class DecayingRate {
 public:
  // Begins as if `rate` had been seen over `weight` of measure.
  DecayingRate(double rate, double weight, double half_life);

  void add(double value, double measure);
  double rate() const { return value_ / measure_; }

  nlohmann::json to_record() const;
  // Does nothing if the record is none.
  void restore(const nlohmann::json& record);

 private:
  double value_;
  double measure_;
  double half_life_;
};

// A lesson's open work, and whose it is.
struct OpenWork {
  UnitId unit;
  double work = 0;
};

// What will be done until `own` is done, `own` included: within its unit whatever is shorter comes
// before it, and the other units have the same share meanwhile.
double work_until_done(const OpenWork& own, std::span<const OpenWork> others);

}  // namespace weike::server
