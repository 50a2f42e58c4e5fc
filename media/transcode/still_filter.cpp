#include "media/transcode/still_filter.hpp"

#include "media/av/av_error.hpp"

extern "C" {
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
}

#include <algorithm>

namespace weike::media {
namespace {

constexpr int kBlock = 8;
constexpr int kBlockBits = 3;
// Sums of absolute differences in one block of 8 x 8 samples of any plane.
constexpr int kChanged = 2 * kBlock * kBlock;    // Two levels on average: seen, coded at once.
constexpr int kSharpened = kBlock * kBlock / 4;  // A quarter: coded when the picture has settled.
constexpr int kFirstPatience = 8;                // Frames; doubled each time within a GOP.

// Planes of bytes that can be compared sample by sample.
bool has_byte_samples(const AVFrame& picture) {
  const AVPixFmtDescriptor* format =
      av_pix_fmt_desc_get(static_cast<AVPixelFormat>(picture.format));
  if (!format || (format->flags & (AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM |
                                   AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_FLOAT)))
    return false;
  return std::all_of(format->comp, format->comp + format->nb_components,
                     [](const AVComponentDescriptor& component) { return component.depth == 8; });
}

int rows_of(const AVFrame& picture, int plane) {
  const AVPixelFormat format = static_cast<AVPixelFormat>(picture.format);
  const bool is_chroma = plane == 1 || plane == 2;
  return is_chroma ? AV_CEIL_RSHIFT(picture.height, av_pix_fmt_desc_get(format)->log2_chroma_h)
                   : picture.height;
}

}  // namespace

StillFilter::StillFilter()
    : block_sad_(av_pixelutils_get_sad_fn(kBlockBits, kBlockBits, 0, nullptr)) {}

Result<bool> StillFilter::must_code(const AVFrame& picture, bool is_fixed) {
  ++frames_since_;
  if (!is_fixed && !differs(picture)) return false;
  coded_ = share(picture);
  if (!coded_) return av_failure("share frame", AVERROR(ENOMEM));
  frames_since_ = 0;
  if (is_fixed) patience_ = kFirstPatience;
  return true;
}

bool StillFilter::differs(const AVFrame& picture) {
  if (picture.data[0] == coded_->data[0]) return false;  // The same picture again.
  const int worst = worst_block(picture);
  if (worst > kChanged) {
    patience_ = kFirstPatience;
    return true;
  }
  if (worst <= kSharpened || frames_since_ < patience_) return false;
  patience_ *= 2;
  return true;
}

// Looks no further than the first block that has changed. Blocks at the right and lower edge
// overlap their neighbours.
int StillFilter::worst_block(const AVFrame& picture) const {
  constexpr int kAny = kChanged + 1;
  const bool is_comparable = block_sad_ && picture.width == coded_->width &&
                             picture.height == coded_->height && picture.format == coded_->format &&
                             has_byte_samples(picture);
  if (!is_comparable) return kAny;
  int worst = 0;
  for (int plane = 0; plane < AV_NUM_DATA_POINTERS && picture.data[plane]; ++plane) {
    const int width =
        av_image_get_linesize(static_cast<AVPixelFormat>(picture.format), picture.width, plane);
    const int height = rows_of(picture, plane);
    if (width < kBlock || height < kBlock) return kAny;
    const std::ptrdiff_t stride = picture.linesize[plane];
    const std::ptrdiff_t coded_stride = coded_->linesize[plane];
    for (int row = 0; row < height; row += kBlock) {
      const int y = std::min(row, height - kBlock);
      const std::uint8_t* now = picture.data[plane] + y * stride;
      const std::uint8_t* before = coded_->data[plane] + y * coded_stride;
      for (int column = 0; column < width; column += kBlock) {
        const int x = std::min(column, width - kBlock);
        worst = std::max(worst, block_sad_(now + x, stride, before + x, coded_stride));
      }
      if (worst > kChanged) return worst;
    }
  }
  return worst;
}

}  // namespace weike::media
