#include "server/jobs/forecast_model.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace weike::server {
double work_of(const media::Plan& plan, const Batch& batch) {
  double work = 0;
  for (auto number = batch.first_segment; number <= batch.last_segment; ++number) {
    work += cost_of(plan, batch.renditions, number);
  }
  return work;
}

double work_of(const media::Plan& plan, std::span<const Batch> batches) {
  double work = 0;
  for (const auto& batch : batches) work += work_of(plan, batch);
  return work;
}

DecayingRate::DecayingRate(double rate, double weight, double half_life)
    : value_(rate * weight), measure_(weight), half_life_(half_life) {}

void DecayingRate::add(double value, double measure) {
  if (!(measure > 0) || !(value >= 0) || !std::isfinite(value + measure)) return;
  const double kept = std::exp2(-measure / half_life_);
  value_ = value_ * kept + value;
  measure_ = measure_ * kept + measure;
}

nlohmann::json DecayingRate::to_record() const {
  return {{"value", value_}, {"measure", measure_}};
}

void DecayingRate::restore(const nlohmann::json& record) {
  if (!record.is_object()) return;
  const auto value = record.find("value");
  const auto measure = record.find("measure");
  if (value == record.end() || measure == record.end()) return;
  if (!value->is_number() || !measure->is_number()) return;
  if (!(value->get<double>() > 0) || !(measure->get<double>() > 0)) return;
  value_ = value->get<double>();
  measure_ = measure->get<double>();
}

double work_until_done(const OpenWork& own, std::span<const OpenWork> others) {
  double within = own.work;
  std::map<UnitId, double> of_others;
  for (const auto& other : others) {
    if (other.unit != own.unit) {
      of_others[other.unit] += other.work;
    } else if (other.work <= own.work) {
      within += other.work;
    }
  }
  double all = within;
  for (const auto& [unit, work] : of_others) all += std::min(work, within);
  return all;
}

}  // namespace weike::server
