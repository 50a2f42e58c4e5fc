#include "media/plan/stills.hpp"

#include <algorithm>

namespace weike::media {
namespace {

// A picture of which nothing moves takes well below a hundredth of a bit for each pixel.
constexpr std::int64_t kPixelsPerByte = 1'000;
// Of the output frames, one in so many has to be still.
constexpr std::int64_t kWorthwhilePart = 4;

}  // namespace

bool worth_skipping_stills(std::span<const std::uint32_t> packet_bytes, std::int64_t pixels,
                           std::int64_t frame_count) {
  const auto small = std::count_if(packet_bytes.begin(), packet_bytes.end(), [&](auto bytes) {
    return std::int64_t{bytes} * kPixelsPerByte <= pixels;
  });
  const auto repeated =
      std::max<std::int64_t>(0, frame_count - static_cast<std::int64_t>(packet_bytes.size()));
  return frame_count > 0 && (small + repeated) * kWorthwhilePart >= frame_count;
}

}  // namespace weike::media
