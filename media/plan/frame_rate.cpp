#include "media/plan/frame_rate.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace weike::media {
namespace {

constexpr std::array kStandardRates{
    Rational{24'000, 1001}, Rational{24, 1},  Rational{25, 1},        Rational{30'000, 1001},
    Rational{30, 1},        Rational{48, 1},  Rational{50, 1},        Rational{60'000, 1001},
    Rational{60, 1},        Rational{10, 1},  Rational{12, 1},        Rational{15, 1},
    Rational{20, 1},        Rational{5, 1},   Rational{12'000, 1001}, Rational{15'000, 1001},
    Rational{120, 1},       Rational{240, 1}, Rational{120'000, 1001}};

// The nearest usual rate if it is within `tolerance` (relative), else a rate in thousandths.
Rational snap(double fps, double tolerance) {
  const auto distance = [&](const Rational& rate) { return std::abs(rate.value() - fps); };
  const auto* nearest = std::min_element(
      kStandardRates.begin(), kStandardRates.end(),
      [&](const Rational& a, const Rational& b) { return distance(a) < distance(b); });
  if (distance(*nearest) <= tolerance * fps) return *nearest;
  const std::int64_t thousandths = std::max<std::int64_t>(1, std::llround(fps * 1000));
  const std::int64_t divisor = std::gcd(thousandths, std::int64_t{1000});
  return {thousandths / divisor, 1000 / divisor};
}

}  // namespace

SourceRate measure_rate(const std::vector<std::int64_t>& times_us) {
  if (times_us.size() < 2 || times_us.back() <= times_us.front()) return {};
  std::vector<std::int64_t> steps(times_us.size() - 1);
  for (std::size_t i = 0; i < steps.size(); ++i) steps[i] = times_us[i + 1] - times_us[i];
  const double mean =
      static_cast<double>(times_us.back() - times_us.front()) / static_cast<double>(steps.size());
  // Containers round times to a millisecond or finer.
  const auto regular = std::count_if(steps.begin(), steps.end(), [&](std::int64_t step) {
    return std::abs(static_cast<double>(step) - mean) <= 1'100;
  });
  if (regular * 100 >= static_cast<std::int64_t>(steps.size()) * 98)
    return {snap(1e6 / mean, 0.001), true};
  // A varying rate: phones wander around their nominal rate, screen recorders pause. The median
  // step shows the rate while something moves.
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  const double median = std::max<double>(1'000, static_cast<double>(*middle));
  return {snap(1e6 / median, 0.04), false};
}

Rational output_rate(const SourceRate& source) {
  const double fps = source.fps.value();
  if (fps < 5) {
    const auto repeats = static_cast<std::int64_t>(std::ceil(10 / fps - 1e-9));
    const bool divides = source.is_constant && fps >= 1;
    return divides ? Rational{source.fps.num * repeats, source.fps.den} : Rational{10, 1};
  }
  if (fps <= 30.001) return source.fps;
  if (fps >= 47.9 && fps <= 60.001) {
    const bool is_even = source.fps.num % 2 == 0;
    return is_even ? Rational{source.fps.num / 2, source.fps.den}
                   : Rational{source.fps.num, source.fps.den * 2};
  }
  return {30, 1};
}

}  // namespace weike::media
