#include "media/av/frame_pool.hpp"

extern "C" {
#include <libavutil/imgutils.h>
}

namespace weike::media {
namespace {

constexpr int kAlignment = 64;

}  // namespace

FramePool::FramePool(int width, int height)
    : width_(width),
      height_(height),
      pool_(av_buffer_pool_init(static_cast<std::size_t>(av_image_get_buffer_size(
                                    AV_PIX_FMT_YUV420P, width, height, kAlignment)) +
                                    kAlignment,
                                nullptr)) {}

FramePtr FramePool::take() {
  auto frame = make_frame();
  if (!frame || !pool_) return nullptr;
  frame->buf[0] = av_buffer_pool_get(pool_.get());
  if (!frame->buf[0]) return nullptr;
  frame->width = width_;
  frame->height = height_;
  frame->format = AV_PIX_FMT_YUV420P;
  frame->color_range = AVCOL_RANGE_MPEG;
  frame->colorspace = AVCOL_SPC_BT709;
  frame->color_primaries = AVCOL_PRI_BT709;
  frame->color_trc = AVCOL_TRC_BT709;
  av_image_fill_arrays(frame->data, frame->linesize, frame->buf[0]->data, AV_PIX_FMT_YUV420P,
                       width_, height_, kAlignment);
  return frame;
}

}  // namespace weike::media
