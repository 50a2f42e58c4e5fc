#pragma once

#include "media/plan/plan.hpp"

namespace weike::media {

// The lowest H.264 level (times ten: 31 is 3.1) that holds this rung in high profile; ITU-T H.264
// table A-1. The encoder is held to it, so that playlists can name it before a frame is encoded.
int avc_level(const VideoRung& rung, Rational frame_rate);

}  // namespace weike::media
