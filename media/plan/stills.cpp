#include "media/plan/stills.hpp"

#include <algorithm>

namespace weike::media {
namespace {

// A picture of which nothing moves takes well below a hundredth of a bit for each pixel.
constexpr std::int64_t kPixelsPerByte = 1'000;
// Of the output frames, one in so many has to be still.
constexpr std::int64_t kWorthwhilePart = 4;

}  // namespace

bool worth_skipping_stills(const VideoFacts& video, std::int64_t from_us, std::int64_t to_us,
                           std::int64_t frame_count) {
  const std::int64_t pixels = std::int64_t{video.width} * video.height;
  std::int64_t pictures = 0;
  std::int64_t small = 0;
  for (const PictureSize& picture : video.pictures) {
    if (picture.shown_us < from_us || picture.shown_us >= to_us) continue;
    ++pictures;
    if (picture.bytes * kPixelsPerByte <= pixels) ++small;
  }
  const std::int64_t repeated = std::max<std::int64_t>(0, frame_count - pictures);
  return (small + repeated) * kWorthwhilePart >= frame_count;
}

}  // namespace weike::media
