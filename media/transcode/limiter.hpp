#pragma once

#include "media/transcode/audio_reader.hpp"

namespace weike::media {

// Multiplies by `gain_db`, then turns down what would exceed −1.5 dBTP. The limiter looks a few
// milliseconds to both sides and keeps no state, so that neighbouring stretches agree where they
// meet; the outer kLimiterReach samples of a stretch are not final.
inline constexpr std::int64_t kLimiterReach = 512;
void apply_gain(Sound& sound, double gain_db);

}  // namespace weike::media
