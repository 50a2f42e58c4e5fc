#include "media/observe/sound_observer.hpp"

#include "media/package/fmp4.hpp"

#include <ebur128.h>

#include <algorithm>
#include <cmath>
#include <memory>

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

struct MeterDeleter {
  void operator()(ebur128_state* state) const { ebur128_destroy(&state); }
};

// The highest peak between and on the samples [begin, end), in dBTP.
Result<double> true_peak_db(const Sound& sound, std::int64_t begin, std::int64_t end) {
  const auto channels = static_cast<unsigned>(sound.size());
  const std::unique_ptr<ebur128_state, MeterDeleter> meter(ebur128_init(
      channels, static_cast<unsigned long>(kAudioRate), EBUR128_MODE_S | EBUR128_MODE_TRUE_PEAK));
  if (!meter) return Error{ErrorCode::internal, "no memory for the peak meter", "child_memory"};
  std::vector<float> mixed;
  mixed.reserve(static_cast<std::size_t>(end) * channels);
  for (std::int64_t i = 0; i < end; ++i)
    for (const auto& channel : sound) mixed.push_back(channel[static_cast<std::size_t>(i)]);
  // What lies before only fills the interpolating filter.
  const auto lead = static_cast<std::size_t>(begin);
  ebur128_add_frames_float(meter.get(), mixed.data(), lead);
  ebur128_add_frames_float(meter.get(), mixed.data() + lead * channels,
                           static_cast<std::size_t>(end - begin));
  double highest = 0;
  for (unsigned channel = 0; channel < channels; ++channel) {
    double peak = 0;
    if (ebur128_prev_true_peak(meter.get(), channel, &peak) == EBUR128_SUCCESS)
      highest = std::max(highest, peak);
  }
  return highest > 1e-6 ? 20 * std::log10(highest) : kLowestPeakDb;
}

}  // namespace

Result<SoundNotes> observe_sound(const Sound& sound, std::int64_t lead, const Segment& segment) {
  const std::int64_t first = segment.first_audio_frame * kAudioFrameSamples;
  const std::int64_t count = segment.audio_frame_count * kAudioFrameSamples;
  SoundNotes notes;
  if (sound.empty() || count == 0) return notes;
  // Blocks that end in (first, first + count].
  const std::int64_t first_block = first / kBlock;
  const std::int64_t block_count = (first + count) / kBlock - first_block;
  notes.energies = block_energies(sound, lead + first_block * kBlock - first, block_count);
  notes.silent = silent_spans(notes.energies, first_block);
  auto peak = true_peak_db(sound, lead, lead + count);
  if (!peak) return peak.error();
  notes.true_peak_db = std::round(*peak * 100) / 100;
  return notes;
}

}  // namespace weike::media
