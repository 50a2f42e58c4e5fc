#include "media/images/crops.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <numeric>

namespace weike::media {
namespace {

// How much a window at the very edge counts against one in the middle.
constexpr double kEdgeWeight = 0.7;

int even_not_above(double value) { return std::max(2, static_cast<int>(value / 2 + 1e-6) * 2); }

// Where a window of `window` out of `length` pixels begins so that it holds the most.
int best_begin(int length, int window, const std::vector<double>& detail) {
  if (window >= length || detail.empty()) return 0;
  const double scale = static_cast<double>(detail.size()) / length;
  const auto wide = std::max<std::size_t>(1, static_cast<std::size_t>(window * scale));
  if (wide >= detail.size()) return 0;
  std::vector<double> sums(detail.size() + 1, 0);
  std::partial_sum(detail.begin(), detail.end(), sums.begin() + 1);
  const std::size_t last = detail.size() - wide;
  const double middle = static_cast<double>(last) / 2;
  double best = -1;
  double begin = middle;
  for (std::size_t at = 0; at <= last; ++at) {
    const double off = std::abs(static_cast<double>(at) - middle) / middle;
    const double weight = 1 - (1 - kEdgeWeight) * off * off;
    const double held = (sums[at + wide] - sums[at]) * weight;
    if (held <= best) continue;
    best = held;
    begin = static_cast<double>(at);
  }
  const int pixel = static_cast<int>(begin / scale) / 2 * 2;
  return std::clamp(pixel, 0, (length - window) / 2 * 2);
}

}  // namespace

Detail measure_detail(const std::uint8_t* luma, int stride, int width, int height) {
  Detail detail{std::vector<double>(static_cast<std::size_t>(width)),
                std::vector<double>(static_cast<std::size_t>(height))};
  for (int y = 1; y < height; ++y) {
    const std::uint8_t* row = luma + std::ptrdiff_t{y} * stride;
    for (int x = 1; x < width; ++x) {
      const double step = std::abs(row[x] - row[x - 1]) + std::abs(row[x] - row[x - stride]);
      detail.columns[static_cast<std::size_t>(x)] += step;
      detail.rows[static_cast<std::size_t>(y)] += step;
    }
  }
  return detail;
}

Crop best_crop(int width, int height, const CoverShape& shape, const Detail& detail) {
  const double wanted = static_cast<double>(shape.width) / shape.height;
  Crop crop{0, 0, even_not_above(width), even_not_above(height)};
  if (width > height * wanted) {
    crop.width = even_not_above(height * wanted);
    crop.left = best_begin(width, crop.width, detail.columns);
  } else {
    crop.height = even_not_above(width / wanted);
    crop.top = best_begin(height, crop.height, detail.rows);
  }
  return crop;
}

CoverSize cover_size(const Crop& crop, const CoverShape& shape) {
  const double scale = std::min(1.0, static_cast<double>(crop.width) / shape.width);
  return {even_not_above(std::round(shape.width * scale)),
          even_not_above(std::round(shape.height * scale))};
}

}  // namespace weike::media
