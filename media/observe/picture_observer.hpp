#pragma once

#include "media/transcode/segment_tap.hpp"

#include <vector>

namespace weike::media {

// Notes what is seen in the pictures of one rung (yuv420p, limited range): black and frozen spans
// and black borders. What it says of a segment depends on that segment's pictures alone. The limits
// stand in docs/decisions/0009-observations-and-verdict.md. One thread.
class PictureObserver final : public SegmentTap {
 public:
  // `plan` outlives it.
  explicit PictureObserver(const Plan& plan) : plan_(&plan) {}

  void see(const AVFrame& picture, std::int64_t number) override;
  Observation end(const Segment& segment, const SegmentSummary& summary) override;

 private:
  struct Look {
    std::int64_t number = 0;
    bool is_black = false;
    bool is_still = false;  // Looks like the picture that the still began with.
  };
  void look_for_borders(const AVFrame& picture);
  std::optional<Borders> borders() const;
  std::vector<TimeSpan> black(const Segment& segment) const;
  std::vector<TimeSpan> frozen(const Segment& segment) const;
  std::int64_t time_ms(std::int64_t number) const;
  void keep(std::vector<TimeSpan>& spans, const Segment& segment, std::int64_t from,
            std::int64_t to) const;

  const Plan* plan_;
  std::vector<Look> looks_;            // Of this segment, in order.
  FramePtr anchor_;                    // What stillness is measured against.
  std::int64_t next_border_look_ = 0;  // Frame number.
  std::vector<bool> lit_rows_;         // Whether any picture of the segment was bright there.
  std::vector<bool> lit_columns_;
};

}  // namespace weike::media
