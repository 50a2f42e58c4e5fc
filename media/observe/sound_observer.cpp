#include "media/observe/sound_observer.hpp"

#include "media/loudness/true_peak.hpp"
#include "media/package/fmp4.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace weike::media {
namespace {

constexpr std::int64_t kBlock = kAudioRate / 10;
// A block below −60 LUFS: 10^((−60 + 0.691) / 10), BS.1770-4 (2).
constexpr double kSilentEnergy = 1.1724e-6;
constexpr std::int64_t kShortestSilenceMs = 500;
constexpr double kLowestPeakDb = -120;

// A second-order section, direct form II transposed.
class Biquad {
 public:
  Biquad(double b0, double b1, double b2, double a1, double a2)
      : b0_(b0), b1_(b1), b2_(b2), a1_(a1), a2_(a2) {}
  double pass(double in) {
    const double out = b0_ * in + z1_;
    z1_ = b1_ * in - a1_ * out + z2_;
    z2_ = b2_ * in - a2_ * out;
    return out;
  }

 private:
  double b0_, b1_, b2_, a1_, a2_;
  double z1_ = 0;
  double z2_ = 0;
};

// K-weighting at 48 kHz, ITU-R BS.1770-4, tables 1 and 2.
class KWeighting {
 public:
  double pass(double in) { return high_pass_.pass(shelf_.pass(in)); }

 private:
  Biquad shelf_{1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241,
                0.73248077421585};
  Biquad high_pass_{1.0, -2.0, 1.0, -1.99004745483398, 0.99007225036621};
};

// The mean squares of `count` blocks from sample `begin` on, summed over the channels.
std::vector<float> block_energies(const Sound& sound, std::int64_t begin, std::int64_t count) {
  std::vector<double> sums(static_cast<std::size_t>(count), 0.0);
  const double weight = sound.size() == 1 ? 2 : 1;
  for (const auto& channel : sound) {
    KWeighting filter;
    const auto end = std::min<std::int64_t>(begin + count * kBlock, std::ssize(channel));
    for (std::int64_t i = 0; i < end; ++i) {
      const double value = filter.pass(static_cast<double>(channel[static_cast<std::size_t>(i)]));
      if (i >= begin) sums[static_cast<std::size_t>((i - begin) / kBlock)] += value * value;
    }
  }
  std::vector<float> energies;
  energies.reserve(sums.size());
  for (const double sum : sums)
    energies.push_back(static_cast<float>(weight * sum / static_cast<double>(kBlock)));
  return energies;
}

std::vector<TimeSpan> silent_spans(const std::vector<float>& energies, std::int64_t first_block) {
  std::vector<TimeSpan> spans;
  const auto is_silent = [](float energy) { return static_cast<double>(energy) < kSilentEnergy; };
  for (auto at = energies.begin(); at != energies.end();) {
    const auto begin = std::find_if(at, energies.end(), is_silent);
    const auto end = std::find_if_not(begin, energies.end(), is_silent);
    at = end;
    if (begin == end) continue;
    const bool may_go_on = begin == energies.begin() || end == energies.end();
    const TimeSpan span{(first_block + (begin - energies.begin())) * 100,
                        (first_block + (end - energies.begin())) * 100};
    if (may_go_on || span.to_ms - span.from_ms >= kShortestSilenceMs) spans.push_back(span);
  }
  return spans;
}

// The highest peak on and between the samples [begin, end), in dBTP. It is only looked for where
// the samples come near the highest so far: a wave does not rise much above its neighbours.
double true_peak_db(const Sound& sound, std::int64_t begin, std::int64_t end) {
  constexpr float kNear = 0.6F;
  float highest = 0;
  for (const auto& channel : sound) {
    const std::int64_t last = std::min<std::int64_t>(end, std::ssize(channel)) - kTruePeakAfter + 1;
    for (std::int64_t i = std::max<std::int64_t>(begin, kTruePeakBefore); i < last; ++i) {
      const float* sample = channel.data() + i;
      const float size = std::max(std::abs(sample[-1]), std::abs(sample[0]));
      highest = std::max(highest, size);
      if (size > kNear * highest) highest = std::max(highest, peak_between(sample));
    }
  }
  return highest > 1e-6F ? 20 * std::log10(static_cast<double>(highest)) : kLowestPeakDb;
}

}  // namespace

SoundNotes observe_sound(const Sound& sound, std::int64_t lead, const Segment& segment) {
  const std::int64_t first = segment.first_audio_frame * kAudioFrameSamples;
  const std::int64_t count = segment.audio_frame_count * kAudioFrameSamples;
  SoundNotes notes;
  if (sound.empty() || count == 0) return notes;
  // Blocks that end in (first, first + count].
  const std::int64_t first_block = first / kBlock;
  const std::int64_t block_count = (first + count) / kBlock - first_block;
  notes.energies = block_energies(sound, lead + first_block * kBlock - first, block_count);
  notes.silent = silent_spans(notes.energies, first_block);
  // Peaks about the end need what follows; there they are seen once more by the next segment.
  notes.true_peak_db = std::round(true_peak_db(sound, lead, lead + count + 8) * 100) / 100;
  return notes;
}

}  // namespace weike::media
