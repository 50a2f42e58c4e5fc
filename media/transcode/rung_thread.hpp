#pragma once

#include "media/plan/plan.hpp"
#include "media/transcode/frame_queue.hpp"
#include "media/transcode/picture_chain.hpp"
#include "media/transcode/picture_encoder.hpp"
#include "media/transcode/picture_shelf.hpp"
#include "media/transcode/segment_collector.hpp"
#include "media/transcode/segment_tap.hpp"

#include <memory>
#include <thread>
#include <variant>
#include <vector>

namespace weike::media {

// One rung of the cascade with its own thread: takes pictures of the rung above (or of the source),
// brings them to its size, passes them on to the rung below, and encodes the renditions of its size
// that were asked for.
class RungThread {
 public:
  struct Options {
    std::size_t rung_index = 0;                // In the plan's ladder.
    std::vector<const VideoRung*> renditions;  // To encode at its size; may be empty.
    RungThread* next = nullptr;                // The rung below, or null.
    SegmentTap* tap = nullptr;                 // Or null; its notes go with the first rendition.
    PictureShelf* shelf = nullptr;             // Or null; gets what this rung's size is made of.
  };

  // Whatever `options` points at, and `collector`, outlives it.
  RungThread(const Plan& plan, const Options& options, SegmentCollector& collector);
  ~RungThread();
  RungThread(const RungThread&) = delete;
  RungThread& operator=(const RungThread&) = delete;

  FrameQueue& input() { return input_; }

 private:
  struct Rendition {
    const VideoRung* rung;
    std::unique_ptr<PictureEncoder> encoder;  // Null between segments.
  };

  void run();
  Result<> handle(GridItem item);
  Result<FramePtr> bring_to_size(FramePtr picture);
  Result<> encode(Rendition& rendition, const GridItem& item, const AVFrame& picture);
  Result<> finish(const GridItem& end);

  const Plan& plan_;
  RungThread* const next_;
  SegmentTap* const tap_;
  PictureShelf* const shelf_;
  SegmentCollector& collector_;
  std::vector<Rendition> renditions_;
  FrameQueue input_;
  std::variant<UprightPicture, RungScaler> shape_;
  FramePtr last_input_;  // A repeated picture is brought to size once.
  FramePtr last_shaped_;
  std::thread thread_;
};

}  // namespace weike::media
