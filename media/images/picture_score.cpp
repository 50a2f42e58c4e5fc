#include "media/images/picture_score.hpp"

#include "media/images/fitting.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace weike::media {
namespace {

// Mean luma in limited range: nothing at black and white, full between.
double brightness_weight(double mean) {
  constexpr double kBlack = 20, kDim = 60, kBright = 190, kWhite = 232;
  if (mean < kDim) return std::clamp((mean - kBlack) / (kDim - kBlack), 0.02, 1.0);
  return std::clamp((kWhite - mean) / (kWhite - kBright), 0.02, 1.0);
}

int judged_side(const Plan& plan, int side) {
  const VideoRung& top = plan.video.front();
  return even_side(side, shrink_to(kJudgedSide, top.width, top.height));
}

}  // namespace

Judge::Judge(const Plan& plan)
    : scaler_(judged_side(plan, plan.video.front().width),
              judged_side(plan, plan.video.front().height)) {}

double picture_score(const AVFrame& picture) {
  const int stride = picture.linesize[0];
  double detail_sum = 0;
  double sum = 0;
  for (int y = 1; y + 1 < picture.height; ++y) {
    const std::uint8_t* row = picture.data[0] + std::ptrdiff_t{y} * stride;
    for (int x = 1; x + 1 < picture.width; ++x) {
      const int detail = 4 * row[x] - row[x - 1] - row[x + 1] - row[x - stride] - row[x + stride];
      detail_sum += detail * detail;
      sum += row[x];
    }
  }
  const double pixels =
      std::max(1.0, (static_cast<double>(picture.width) - 2) * (picture.height - 2));
  return detail_sum / pixels * brightness_weight(sum / pixels);
}

}  // namespace weike::media
