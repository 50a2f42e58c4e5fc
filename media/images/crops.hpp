#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

// How a cover of another shape is cut out of a picture.
namespace weike::media {

// In pixels of the picture; even, so that chroma is not split.
struct Crop {
  int left = 0;
  int top = 0;
  int width = 0;
  int height = 0;
  bool operator==(const Crop&) const = default;
};

// A cover's shape and its largest size. 5:4 is what WeChat shows for a shared mini-program page.
struct CoverShape {
  std::string_view name;  // Of its file: "cover_1_16x9.jpg".
  int width;
  int height;
};
inline constexpr std::array<CoverShape, 4> kCoverShapes{{
    {"16x9", 960, 540},
    {"5x4", 640, 512},
    {"1x1", 640, 640},
    {"9x16", 540, 960},
}};

// How much there is to see in each column and in each row of a picture.
struct Detail {
  std::vector<double> columns;
  std::vector<double> rows;
};

// How much there is to see in a picture, measured on a small copy of its luma.
Detail measure_detail(const std::uint8_t* luma, int stride, int width, int height);

// The largest part of a `width` x `height` picture in the shape's proportions, moved along the
// longer way to where the most detail is; among equals the middle. The detail may be of a smaller
// copy.
Crop best_crop(int width, int height, const CoverShape& shape, const Detail& detail);

// The size of the cover: the shape's, or smaller when the crop is.
struct CoverSize {
  int width = 0;
  int height = 0;
};
CoverSize cover_size(const Crop& crop, const CoverShape& shape);

}  // namespace weike::media
