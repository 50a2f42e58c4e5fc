#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace weike::media {

// How many samples before and from the one after the gap the filter below looks at.
inline constexpr std::ptrdiff_t kTruePeakBefore = 6;
inline constexpr std::ptrdiff_t kTruePeakAfter = 6;

// The largest size the wave reaches between `sample[-1]` and `sample[0]`, 48 kHz: the filter of
// ITU-R BS.1770-4, annex 2, for the quarters of a sample. Its second half is the first one
// mirrored.
inline float peak_between(const float* sample) {
  using Taps = std::array<float, kTruePeakBefore + kTruePeakAfter>;
  constexpr std::array<Taps, 2> kQuarters{
      Taps{0.0017089843750F, 0.0109863281250F, -0.0196533203125F, 0.0332031250000F,
           -0.0594482421875F, 0.1373291015625F, 0.9721679687500F, -0.1022949218750F,
           0.0476074218750F, -0.0266113281250F, 0.0148925781250F, -0.0083007812500F},
      Taps{-0.0291748046875F, 0.0292968750000F, -0.0517578125000F, 0.0891113281250F,
           -0.1665039062500F, 0.4650878906250F, 0.7797851562500F, -0.2003173828125F,
           0.1015625000000F, -0.0582275390625F, 0.0330810546875F, -0.0189208984375F}};
  const float* const first = sample - kTruePeakBefore;
  float peak = 0;
  for (const Taps& taps : kQuarters) {
    float forward = 0;
    float backward = 0;
    for (std::size_t i = 0; i < taps.size(); ++i) {
      forward += taps[i] * first[i];
      backward += taps[taps.size() - 1 - i] * first[i];
    }
    peak = std::max({peak, std::abs(forward), std::abs(backward)});
  }
  return peak;
}

}  // namespace weike::media
