#pragma once

#include "media/av/av_ptr.hpp"
#include "media/plan/plan.hpp"
#include "media/task.hpp"
#include "model/error.hpp"

#include <vector>

namespace weike::media {

// What one walk through the source's key frames brings home.
struct Gallery {
  // One picture for each tile of the storyboard, in tile size.
  std::vector<FramePtr> tiles;
  // Source pictures as decoded, the best first, one of each third of the lesson. Sources with fewer
  // pictures repeat the best.
  std::vector<FramePtr> candidates;
};

// Reads key frames only; a source whose key frames are too far apart for a storyboard is decoded
// whole. Fails with the rejection "damaged" when no picture can be decoded.
Result<Gallery> collect_gallery(int descriptor, const Plan& plan, OutputSink& sink);

}  // namespace weike::media
