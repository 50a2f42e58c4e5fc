#pragma once

#include "media/av/av_ptr.hpp"
#include "media/av/filter_graph.hpp"
#include "media/av/frame_pool.hpp"
#include "media/plan/plan.hpp"
#include "media/transcode/plane_scaler.hpp"

#include <optional>
#include <string>
#include <vector>

namespace weike::media {

// Turns a source picture into the largest rung: scaled, tone-mapped if HDR, upright, yuv420p in
// limited BT.709. Pictures that are so already pass untouched. One thread.
class UprightPicture {
 public:
  UprightPicture(const Plan& plan, int width, int height)
      : plan_(&plan), width_(width), height_(height) {}
  Result<FramePtr> make(FramePtr picture);
  // What `make` runs such a picture through, in libavfilter's language. Only what is needed: each
  // filter may copy the picture.
  std::string chain_for(const AVFrame& picture) const;

 private:
  bool is_finished(const AVFrame& picture) const;

  const Plan* plan_;
  int width_;
  int height_;
  std::optional<FilterGraph> graph_;
  std::vector<FramePtr> done_;
};

// Scales the picture of one rung to that of the next smaller one, bicubic. All pictures are of one
// size. One thread.
class RungScaler {
 public:
  RungScaler(int width, int height) : width_(width), height_(height), pool_(width, height) {}
  Result<FramePtr> make(FramePtr picture);

 private:
  Result<> prepare(const AVFrame& picture);

  int width_;
  int height_;
  FramePool pool_;
  std::optional<PlaneScaler> luma_;  // Both, or libswscale's.
  std::optional<PlaneScaler> chroma_;
  SwsPtr scaler_;
};

}  // namespace weike::media
