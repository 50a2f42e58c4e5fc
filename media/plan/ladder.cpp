#include "media/plan/ladder.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace weike::media {
namespace {

struct Step {
  int short_side;
  int max_kbps;
};
constexpr Step k1080{1080, 4500}, k720{720, 2500}, k480{480, 1200}, k360{360, 700};

// The longest shape that still gets the full short side: half again as long as 16:9.
constexpr double kLongestAspect = 16.0 / 9 * 1.5;

int even(double value) { return std::max(2, static_cast<int>(std::lround(value / 2)) * 2); }
int even_not_above(double value) { return std::max(2, static_cast<int>(value / 2 + 1e-6) * 2); }

int crf_for(int short_side) {
  if (short_side >= 1080) return 25;
  return short_side >= 720 ? 24 : 23;
}

// A cap between two steps, in proportion to the pixels.
int cap_between(const Step& low, const Step& high, int short_side) {
  const auto area = [](int side) { return static_cast<double>(side) * side; };
  const double share =
      (area(short_side) - area(low.short_side)) / (area(high.short_side) - area(low.short_side));
  return low.max_kbps + static_cast<int>(std::lround((high.max_kbps - low.max_kbps) * share));
}

std::vector<Step> steps_for(int side) {
  if (side >= 1080) return {k1080, k720, k480, k360};
  if (side >= 900) return {{side, cap_between(k720, k1080, side)}, k720, k480, k360};
  if (side >= 720) return {k720, k480, k360};
  if (side >= 540) return {{side, cap_between(k480, k720, side)}, k480, k360};
  if (side >= 480) return {k480, k360};
  const int cap = std::max(100, k360.max_kbps * side * side / (360 * 360));
  if (side >= 420) return {{side, k360.max_kbps}, k360};
  return {{side, std::min(cap, k360.max_kbps)}};
}

VideoRung make_rung(const Step& step, const ShownSize& shown) {
  const double aspect = std::max(shown.width, shown.height) / std::min(shown.width, shown.height);
  double short_side = step.short_side;
  double long_side = short_side * aspect;
  if (aspect > kLongestAspect) {
    long_side = short_side * kLongestAspect;
    short_side = long_side / aspect;
  }
  VideoRung rung;
  rung.name = "v" + std::to_string(step.short_side);
  rung.width = even(long_side);
  rung.height = even(short_side);
  if (shown.width < shown.height) std::swap(rung.width, rung.height);
  rung.crf = crf_for(step.short_side);
  rung.max_kbps = step.max_kbps;
  return rung;
}

}  // namespace

ShownSize shown_size(int coded_width, int coded_height, Rational sample_aspect,
                     const Orientation& orientation) {
  ShownSize shown{static_cast<double>(coded_width), static_cast<double>(coded_height)};
  // Stretch what is too narrow: no line or column of the source is thrown away.
  const double aspect = sample_aspect.value();
  if (aspect > 1) shown.width *= aspect;
  if (aspect > 0 && aspect < 1) shown.height /= aspect;
  if (orientation.quarter_turns % 2 != 0) std::swap(shown.width, shown.height);
  return shown;
}

std::vector<VideoRung> make_ladder(const ShownSize& shown) {
  std::vector<VideoRung> rungs;
  for (const Step& step : steps_for(even_not_above(std::min(shown.width, shown.height))))
    rungs.push_back(make_rung(step, shown));
  return rungs;
}

}  // namespace weike::media
