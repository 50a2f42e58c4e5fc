#pragma once

#include "media/av/av_ptr.hpp"
#include "media/images/image_files.hpp"
#include "media/plan/plan.hpp"
#include "media/task.hpp"
#include "model/error.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace weike::media {

// A picture of the reel that is on the storyboard.
struct Sight {
  std::int64_t time_us = 0;  // After the lesson's first frame.
  double score = 0;
};

// What one third of the lesson offers for a cover; nothing, in very short ones.
struct Third {
  std::vector<Sight> sights;  // The best first.
  FramePtr best;              // The picture of the first of them, as large as the reel has it.
};

struct ReelPictures {
  // One picture for each tile of the storyboard, in tile size.
  std::vector<FramePtr> tiles;
  std::array<Third, kCoverCandidates> thirds;
};

// Reads the key frames of a reel (reel.hpp); pictures that cannot be decoded are left out. Fails
// with `internal` when there is none at all.
Result<ReelPictures> read_reel(int descriptor, const Plan& plan, OutputSink& sink);

}  // namespace weike::media
