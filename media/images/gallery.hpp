#pragma once

#include "media/av/av_ptr.hpp"
#include "media/plan/plan.hpp"
#include "media/task.hpp"
#include "model/error.hpp"

#include <cstdint>
#include <vector>

namespace weike::media {

struct Gallery {
  // One picture for each tile of the storyboard, in tile size.
  std::vector<FramePtr> tiles;
  // kCoverCandidates upright pictures, the long side up to kPosterSide, the best first, one of each
  // third of the lesson. Lessons with fewer pictures repeat the best.
  std::vector<FramePtr> covers;
  std::int64_t decoded_packets = 0;  // Of the source; bounded, whatever its length.
};

// The reel says where the lesson is sharp and bright; the source's pictures of these places are the
// covers. Of the places that are nearly as good as the best of their third, one is taken whose
// picture is (next to) a key frame of the source. Else the source is decoded up to the best place;
// where its key frames are too far apart for that, or damaged, the picture of the reel has to do.
Result<Gallery> collect_gallery(const TaskInput& input, const Plan& plan, OutputSink& sink);

}  // namespace weike::media
