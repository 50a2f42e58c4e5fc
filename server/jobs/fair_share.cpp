#include "server/jobs/fair_share.hpp"

#include <algorithm>
#include <tuple>

namespace weike::server {

double FairShare::claim_of(UnitId unit) const {
  const auto found = served_.find(unit);
  return found == served_.end() ? now_ : std::max(now_, found->second);
}

std::optional<std::size_t> FairShare::choose(std::span<const Candidate> candidates) const {
  if (candidates.empty()) return std::nullopt;
  const auto order = [this](const Candidate& candidate) {
    return std::tuple(candidate.hurry, claim_of(candidate.unit), candidate.work_left);
  };
  const auto best = std::min_element(
      candidates.begin(), candidates.end(),
      [&](const Candidate& one, const Candidate& other) { return order(one) < order(other); });
  return static_cast<std::size_t>(best - candidates.begin());
}

void FairShare::serve(UnitId unit, double work, std::span<const Candidate> waiting) {
  const double begin = claim_of(unit);
  // Whoever hurries is served out of turn; those it overtakes keep what they are behind.
  double smallest = begin;
  for (const auto& each : waiting) smallest = std::min(smallest, claim_of(each.unit));
  now_ = smallest;
  // Units whose service ended before now have no claim that differs from a newcomer's.
  std::erase_if(served_, [this](const auto& entry) { return entry.second <= now_; });
  served_[unit] = begin + work;
}

}  // namespace weike::server
