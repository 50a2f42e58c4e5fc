#include "media/transcode/bicubic_taps.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace weike::media {
namespace {

constexpr double kC = 0.6;

double bicubic(double distance) {
  const double d = std::abs(distance);
  if (d < 1) return (2 - kC) * d * d * d + (kC - 3) * d * d + 1;
  if (d < 2) return kC * (-d * d * d + 5 * d * d - 8 * d + 4);
  return 0;
}

}  // namespace

int BicubicTaps::count_for(int from, int to) {
  const int taps = (4 * from + to - 1) / to;
  return taps + taps % 2;
}

BicubicTaps::BicubicTaps(int from, int to) : count(count_for(from, to)) {
  const double ratio = static_cast<double>(from) / to;
  std::vector<double> exact(static_cast<std::size_t>(count));
  for (int i = 0; i < to; ++i) {
    const double centre = (i + 0.5) * ratio - 0.5;
    const int begin = static_cast<int>(std::floor(centre)) - count / 2 + 1;
    first.push_back(std::clamp(begin, 0, from - count));
    std::fill(exact.begin(), exact.end(), 0);
    double sum = 0;
    for (int position = begin; position < begin + count; ++position) {
      const double weight = bicubic((position - centre) / ratio);
      exact[static_cast<std::size_t>(std::clamp(position, 0, from - 1) - first.back())] += weight;
      sum += weight;
    }
    double rest = 0;  // Of rounding, which the next tap makes up for.
    for (const double weight : exact) {
      const double wanted = weight / sum * kOne + rest;
      weights.push_back(static_cast<std::int16_t>(std::lround(wanted)));
      rest = wanted - weights.back();
    }
  }
}

}  // namespace weike::media
