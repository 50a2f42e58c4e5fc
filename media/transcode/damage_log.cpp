#include "media/transcode/damage_log.hpp"

#include <cstddef>
#include <iterator>

namespace weike::media {
namespace {

// More than any stream reorders or breaks without being given up.
constexpr std::size_t kMaxTimes = 50'000;

}  // namespace

void DamageLog::start(std::int64_t first_us) {
  expected_.clear();
  broken_.clear();
  first_us_ = first_us;
  is_clean_ = true;
}

void DamageLog::expect(std::int64_t time_us) {
  if (time_us >= first_us_ && expected_.size() < kMaxTimes) expected_.insert(time_us);
}

void DamageLog::fail(std::int64_t time_us) {
  expected_.erase(time_us);
  if (time_us < first_us_ || broken_.size() >= kMaxTimes) return;
  broken_.insert(time_us);
  is_clean_ = false;
}

void DamageLog::come_out(std::int64_t time_us, bool is_field_pair) {
  while (!expected_.empty() && *expected_.begin() < time_us) {
    const std::int64_t lost = *expected_.begin();
    if (is_field_pair)
      expected_.erase(lost);
    else
      fail(lost);
  }
  expected_.erase(time_us);
}

void DamageLog::end() {
  while (!expected_.empty()) fail(*expected_.begin());
}

bool DamageLog::has_between(std::int64_t after_us, std::int64_t until_us) {
  broken_.erase(broken_.begin(), broken_.upper_bound(after_us));
  return !broken_.empty() && *broken_.begin() <= until_us;
}

}  // namespace weike::media
