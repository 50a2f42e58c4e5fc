#pragma once

#include "media/av/av_ptr.hpp"
#include "model/error.hpp"

extern "C" {
#include <libavutil/pixelutils.h>
}

namespace weike::media {

// Finds the pictures of a lesson's slides that need not be coded, because they look like the last
// coded one. It looks at the source's pictures, before they are scaled, so all rungs code the same
// frames; what it decides depends on nothing before the GOP. Belongs to one thread.
// docs/decisions/0005 has the thresholds' reasons.
class StillFilter {
 public:
  StillFilter();

  // Whether `picture`, the next one of the grid, has to be coded; later ones are then compared with
  // it. `is_fixed`: it is coded in any case (the first of a GOP, the last of a segment).
  Result<bool> must_code(const AVFrame& picture, bool is_fixed);

 private:
  bool differs(const AVFrame& picture);
  int worst_block(const AVFrame& picture) const;

  av_pixelutils_sad_fn block_sad_;
  FramePtr coded_;
  int frames_since_ = 0;  // It was coded.
  int patience_ = 0;      // Frames until small changes are coded too.
};

}  // namespace weike::media
