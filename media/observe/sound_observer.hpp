#pragma once

#include "media/observation.hpp"
#include "media/plan/plan.hpp"
#include "media/transcode/audio_reader.hpp"

namespace weike::media {

// Notes on the sound of one segment as its encoder gets it, 48 kHz. `sound` begins `lead` samples
// before the segment, enough to warm the filters and to hold a whole 100 ms, and goes on after it.
// Energies are of the blocks of 100 ms, counted from the lesson's start, that end in the segment.
// A single channel counts as heard from two loudspeakers. The limits stand in
// docs/decisions/0009-observations-and-verdict.md.
SoundNotes observe_sound(const Sound& sound, std::int64_t lead, const Segment& segment);

}  // namespace weike::media
