#pragma once

#include <cstdint>
#include <vector>

namespace weike::media {

// Which samples of a line each sample of a shorter line is made of, and with what weights: bicubic
// (B = 0, C = 0.6, as libswscale's), widened by the ratio, the lines' centres aligned. Beyond its
// ends a line goes on as its outermost samples.
struct BicubicTaps {
  static constexpr int kOne = 1 << 14;  // The weights of one sample add up to it.

  // `from` >= `to` >= 1. An odd number of taps gets one more, of no weight; `from` must have so
  // many.
  BicubicTaps(int from, int to);
  // So many are there for such a ratio.
  static int count_for(int from, int to);

  int count;                          // For each sample; even.
  std::vector<int> first;             // For each sample its first tap.
  std::vector<std::int16_t> weights;  // `count` for each sample.
};

}  // namespace weike::media
