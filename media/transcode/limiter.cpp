#include "media/transcode/limiter.hpp"

#include "media/loudness/true_peak.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace weike::media {
namespace {

constexpr float kCeiling = 0.8414F;  // −1.5 dB.
// Peaks between samples stay below this share over the neighbouring samples; where no sample comes
// near, they need not be looked for.
constexpr float kWorthLooking = kCeiling * 0.6F;
constexpr std::size_t kReach = 240;  // 5 ms.
// No recording is louder. Float samples may be anything, and their sums have to stay finite.
constexpr float kLoudest = 64.0F;
static_assert(2 * kReach < kLimiterReach);

// The largest size the wave reaches from the sample before `at` to this one.
float peak_at(const std::vector<float>& channel, std::size_t at) {
  const float peak = std::abs(channel[at]);
  if (at < kTruePeakBefore || at + kTruePeakAfter > channel.size()) return peak;
  const bool is_loud = peak > kWorthLooking || std::abs(channel[at - 1]) > kWorthLooking;
  return is_loud ? std::max(peak, peak_between(channel.data() + at)) : peak;
}

// The factor each sample needs by itself, 1 where nothing exceeds the ceiling.
std::vector<float> wanted_factors(const Sound& sound, bool& limits) {
  std::vector<float> factors(sound.front().size(), 1.0F);
  for (const auto& channel : sound) {
    for (std::size_t i = 0; i < channel.size(); ++i) {
      const float peak = peak_at(channel, i);
      if (peak <= kCeiling) continue;
      factors[i] = std::min(factors[i], kCeiling / peak);
      limits = true;
    }
  }
  return factors;
}

// The least of the factors within reach, then their mean within reach: smooth, and low enough.
std::vector<float> smooth(const std::vector<float>& factors) {
  const std::size_t size = factors.size();
  std::vector<float> least = factors;
  for (std::size_t i = 0; i < size; ++i) {
    if (factors[i] >= 1) continue;
    const std::size_t begin = i > kReach ? i - kReach : 0;
    const std::size_t end = std::min(size, i + kReach + 1);
    for (std::size_t j = begin; j < end; ++j) least[j] = std::min(least[j], factors[i]);
  }
  std::vector<double> sums(size + 1, 0.0);
  for (std::size_t i = 0; i < size; ++i) sums[i + 1] = sums[i] + static_cast<double>(least[i]);
  std::vector<float> mean(size, 1.0F);
  for (std::size_t i = 0; i < size; ++i) {
    const std::size_t begin = i > kReach ? i - kReach : 0;
    const std::size_t end = std::min(size, i + kReach + 1);
    mean[i] = static_cast<float>((sums[end] - sums[begin]) / static_cast<double>(end - begin));
  }
  return mean;
}

}  // namespace

void apply_gain(Sound& sound, double gain_db) {
  if (sound.empty() || sound.front().empty()) return;
  const auto factor = static_cast<float>(std::pow(10.0, gain_db / 20));
  for (auto& channel : sound) {
    for (float& sample : channel)
      sample = std::isfinite(sample) ? std::clamp(sample * factor, -kLoudest, kLoudest) : 0.0F;
  }
  bool limits = false;
  const std::vector<float> wanted = wanted_factors(sound, limits);
  if (!limits) return;
  const std::vector<float> factors = smooth(wanted);
  for (auto& channel : sound) {
    for (std::size_t i = 0; i < channel.size(); ++i) channel[i] *= factors[i];
  }
}

}  // namespace weike::media
