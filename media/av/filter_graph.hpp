#pragma once

#include "media/av/av_ptr.hpp"
#include "model/error.hpp"

#include <string>
#include <vector>

namespace weike::media {

// A chain of libavfilter filters for pictures of one shape, on one thread.
class FilterGraph {
 public:
  // `chain` in libavfilter's language; `like` shows the shape of the pictures that will come.
  // Time stamps pass through in `time_base`.
  static Result<FilterGraph> create(const std::string& chain, const AVFrame& like,
                                    AVRational time_base = kMicroseconds);

  // Whether `frame` has the shape the graph was made for.
  bool fits(const AVFrame& frame) const;
  // Gives one picture in (null: the end) and appends what came out to `out`.
  Result<> run(FramePtr frame, std::vector<FramePtr>& out);

 private:
  FilterGraphPtr graph_;
  AVFilterContext* entry_ = nullptr;
  AVFilterContext* exit_ = nullptr;
  int width_ = 0, height_ = 0, format_ = -1;
  int colorspace_ = 0, range_ = 0;
  AVRational aspect_{0, 1};
  AVRational time_base_ = kMicroseconds;
};

}  // namespace weike::media
