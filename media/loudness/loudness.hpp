#pragma once

#include "media/task.hpp"
#include "media/transcode/audio_reader.hpp"

#include <optional>

namespace weike::media {

struct Loudness {
  std::optional<double> measured_lufs;  // Absent for silence.
  double gain_db = 0;                   // Brings it to −16 LUFS, at most 12 dB up or down.
};

// Integrated loudness (EBU R128) of the first `sample_count` samples: all of them up to three
// minutes, else sixty windows of three seconds spread evenly. Mono counts as heard from two
// loudspeakers.
Result<Loudness> measure_loudness(AudioReader& reader, std::int64_t sample_count, int channels,
                                  OutputSink& sink);

}  // namespace weike::media
