#pragma once

#include <cstdint>
#include <span>

namespace weike::media {

// Whether looking for still pictures pays: a fair part of the output frames comes from packets that
// hardly change the picture, or repeats a picture because the source has none of its own there.
// `packet_bytes` of the video, in any order; `pixels` of one source picture; `frame_count` of the
// output grid.
bool worth_skipping_stills(std::span<const std::uint32_t> packet_bytes, std::int64_t pixels,
                           std::int64_t frame_count);

}  // namespace weike::media
