#pragma once

#include "media/package/avc.hpp"
#include "media/package/box_writer.hpp"
#include "media/plan/plan.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

// Fragmented MP4 files of one track each, after ISO/IEC 14496-12 and CMAF (ISO/IEC 23000-19).
//
// Video: B-frames are decoded before they are shown, so composition offsets carry a delay of a few
// frames, which the init segment's edit list takes back: frame n is shown at n / fps. Signed
// offsets would need no edit list, but libav shifts such tracks against their sound. Sound: the
// encoder's first, silent packet is left out, so the samples decoded from AAC frame n are heard at
// n * 1024 / 48000 s, without an edit list.
namespace weike::media {

inline constexpr std::int64_t kAudioRate = 48'000;
inline constexpr std::int64_t kAudioFrameSamples = 1024;

// Ticks a second and ticks a frame of a video track.
struct VideoTiming {
  std::uint32_t timescale = 0;
  std::uint32_t frame_ticks = 0;
};
VideoTiming video_timing(Rational frame_rate);

// `delay` in frames: how much later than its decoding order a picture may be shown.
Bytes video_init(const VideoRung& rung, Rational frame_rate, const ParameterSets& sets, int delay);
// AV1 shows its pictures in decoding order. Needs nothing of the encoder (av1.hpp).
Bytes av1_init(const VideoRung& rung, Rational frame_rate);
// `config` is the AudioSpecificConfig (ISO/IEC 14496-3).
Bytes audio_init(const AudioRung& rung, std::span<const std::byte> config);

// SHA-256 in hex, as the plan's rungs name their init segment.
std::string init_digest(std::span<const std::byte> init);

// One sample in decoding order.
struct Sample {
  Bytes data;
  std::int64_t shown_at = 0;  // Frame number within the segment, in order of showing.
  bool is_key = false;
};

// `delay` as for the init segment. Samples are shown until the next one, or the end of the segment:
// there may be fewer than frames.
Bytes video_segment(const Segment& segment, Rational frame_rate, const std::vector<Sample>& samples,
                    int delay);
Bytes audio_segment(const Segment& segment, const std::vector<Bytes>& frames);

}  // namespace weike::media
