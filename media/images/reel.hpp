#pragma once

#include "media/package/box_writer.hpp"
#include "media/plan/plan.hpp"
#include "model/error.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

// The reel: the key frames of a lesson's smallest rung, one for each tile of the storyboard, as a
// film of their own. It is its init segment and one fragment for each of them. Decoding it costs
// next to nothing, however the source was coded. (All segments of the rung in a row would do too.)
namespace weike::media {

// Of half an hour of the densest pictures that a 360p rung may have. What goes beyond is left out.
inline constexpr std::size_t kMaxReelBytes = std::size_t{64} << 20;

// A key frame, by its number on the output grid.
struct ReelFrame {
  std::uint32_t segment = 0;
  std::int64_t number = 0;
  bool operator==(const ReelFrame&) const = default;
};

// The rung it is taken from.
const std::string& reel_rendition(const Plan& plan);

// In order, each once: those nearest to the times of the tiles, which is half a GOP away at most.
std::vector<ReelFrame> reel_frames(const Plan& plan);

// The fragment of that frame, from the whole segment it lies in. `corrupt` if the segment is none
// or has no key frame there.
Result<Bytes> reel_fragment(const Plan& plan, const ReelFrame& frame,
                            std::span<const std::byte> segment);

}  // namespace weike::media
