#pragma once

#include "media/av/av_ptr.hpp"

namespace weike::media {

// yuv420p pictures of one size whose memory is used again, so that scaling costs no page faults.
class FramePool {
 public:
  FramePool(int width, int height);
  // A writable picture, or null without memory.
  FramePtr take();

 private:
  int width_;
  int height_;
  BufferPoolPtr pool_;
};

}  // namespace weike::media
