#pragma once

#include "media/av/source.hpp"

namespace weike::media {

// Whether the file is shorter than its outermost element says (Matroska's segment, AVI's RIFF
// chunks): an upload or a recording that was cut. False where the container does not say; MP4 has
// an index instead, which tells frame by frame.
bool is_shorter_than_declared(const Source& source);

}  // namespace weike::media
