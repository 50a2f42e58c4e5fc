// What a job leaves to others, because a viewer waits for it.
#include "server/jobs/asset_job.hpp"
#include "storage/records/keys.hpp"

#include <algorithm>

namespace weike::server {
namespace {

// Frames before a segment that have to be decoded to get there, in segments.
constexpr double kLeadIn = 0.5;
// A batch may take so much longer than a child of its own, which starts from nothing, and which
// holds up all others.
constexpr double kPatience = 1.5;
// How much of the segment that a batch works on may be done by now.
constexpr double kHalf = 0.5;

}  // namespace

AssetJob::Answer AssetJob::claim(const std::string& rendition, std::uint32_t number) {
  const std::scoped_lock lock(mutex_);
  if (!has_begun_ || is_over_) return {Answer::Kind::none};
  if (!has_plan_) return {Answer::Kind::soon};
  const bool is_ours =
      kind_ == JobKind::lesson || std::find(due_.begin(), due_.end(), rendition) != due_.end();
  if (!is_ours) return {Answer::Kind::none};
  if (finished_.has(rendition, number)) return {Answer::Kind::made};
  for (const auto& unit : running_) {
    if (!unit.batch.has(rendition, number)) continue;
    const double alone = cost_of(*plan_, {rendition}, number) +
                         kLeadIn * cost_of(*plan_, {plan_->video.back().name}, number);
    const auto& ahead = unit.batch.ahead;
    const bool goes_ahead = std::find(ahead.begin(), ahead.end(), rendition) != ahead.end();
    const double until_then =
        goes_ahead ? kHalf * cost_of(*plan_, ahead, number) : batch_cost(unit.batch, number);
    if (until_then > kPatience * alone) continue;
    return {Answer::Kind::soon, unit.control};
  }
  if (claimed_.emplace(rendition, number).second) plan_batches();
  return {Answer::Kind::claimed};
}

// What a running batch has to do still until segment `last` is there.
double AssetJob::batch_cost(const Batch& batch, std::uint32_t last) const {
  double cost = 0;
  for (auto number = batch.first_segment; number <= last; ++number) {
    auto names = batch.renditions;
    std::erase_if(names, [&](const auto& name) { return finished_.has(name, number); });
    if (names.empty()) continue;
    cost += cost_of(*plan_, names, number) * (cost == 0 ? kHalf : 1);
  }
  return cost;
}

void AssetJob::adopt(const std::string& rendition, std::uint32_t number, SegmentEntry entry) {
  {
    const std::scoped_lock lock(mutex_);
    claimed_.erase({rendition, number});
    finished_.add(rendition, number, entry.size_bytes);
    unwritten_.emplace_back(storage::keys::segment(id_, rendition, number), std::move(entry));
    if (is_over_) return;  // The next job finds it where it lies.
  }
  // What could not be written now is written with the next flush, or found where it lies.
  [[maybe_unused]] const auto written = flush();
}

void AssetJob::release(const std::string& rendition, std::uint32_t number) {
  const std::scoped_lock lock(mutex_);
  const bool is_in_batch = std::any_of(running_.begin(), running_.end(), [&](const Unit& unit) {
    return unit.batch.has(rendition, number);
  });
  if (is_in_batch) return;
  claimed_.erase({rendition, number});
  plan_batches();
}

}  // namespace weike::server
