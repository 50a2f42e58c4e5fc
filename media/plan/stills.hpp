#pragma once

#include "media/plan/source_facts.hpp"

#include <cstdint>

namespace weike::media {

// Whether looking for still pictures pays: a fair part of the `frame_count` output frames between
// the two points in time comes from packets that hardly change the picture, or repeats a picture
// because the source has none of its own there.
bool worth_skipping_stills(const VideoFacts& video, std::int64_t from_us, std::int64_t to_us,
                           std::int64_t frame_count);

}  // namespace weike::media
