#pragma once

#include "media/plan/plan.hpp"
#include "media/transcode/frame_queue.hpp"
#include "model/error.hpp"

#include <cstddef>
#include <vector>

namespace weike::media {

// The pictures of one segment in the largest rung's size, kept from the pass over it that decodes
// them for those that make more of them. Filled by one thread, read by one when that has ended.
class PictureShelf {
 public:
  // Pictures are large: some 190 MB are kept at most, two seconds of 1080p30.
  static bool has_room_for(const Plan& plan, const Segment& segment);

  // Another reference to the picture of `item`, or the end of the segment.
  Result<> keep(const GridItem& item);
  std::size_t size() const { return items_.size(); }
  // Another reference to what is at `index`.
  Result<GridItem> look_at(std::size_t index) const;
  // What is at `index`, which is gone then.
  GridItem take(std::size_t index) { return std::move(items_.at(index)); }

 private:
  std::vector<GridItem> items_;
};

}  // namespace weike::media
