#include "server/jobs/asset_job.hpp"

#include <algorithm>

namespace weike::server {
namespace {

// The probe, the pictures: about a second of a core.
constexpr double kOtherStep = 60e6;

}  // namespace

double AssetJob::work_of(const Unit& unit) const {
  if (unit.step != Step::batch) return unit.step == Step::settle ? 0 : kOtherStep;
  return server::work_of(*plan_, unit.batch);
}

double AssetJob::work_left() const {
  double work = 0;
  for (const auto& batch : batches_) work += server::work_of(*plan_, batch);
  for (const auto& unit : running_) {
    if (unit.step == Step::batch) work += batch_cost(unit.batch, unit.batch.last_segment);
  }
  return work;
}

void AssetJob::begin_forecast(const Asset& asset, bool is_probed_now) {
  auto* forecast = workshop_.options.forecast;
  if (forecast == nullptr || kind_ != JobKind::lesson) return;
  const std::scoped_lock lock(mutex_);
  const double work = work_left();
  // A lesson that was taken over from another teaches nothing about speed.
  if (is_probed_now && work > 0) {
    forecast->begin(asset, work);
  } else {
    forecast->set_work_left(asset, work);
  }
}

std::optional<Milliseconds> AssetJob::forecast(const Asset& asset) const {
  auto* forecast = workshop_.options.forecast;
  if (forecast == nullptr || kind_ != JobKind::lesson) return std::nullopt;
  {
    const std::scoped_lock lock(mutex_);
    if (has_plan_ && !is_over_) forecast->set_work_left(asset, work_left());
  }
  return forecast->until_ready(asset);
}

// Only batches tell the speed; a batch that failed has used its time for nothing.
Result<> AssetJob::perform_measured(const Unit& unit) {
  auto* forecast = workshop_.options.forecast;
  if (forecast == nullptr || unit.step != Step::batch) return perform(unit);
  forecast->start_piece();
  auto done = perform(unit);
  forecast->end_piece(done ? work_of(unit) : 0);
  return done;
}

}  // namespace weike::server
