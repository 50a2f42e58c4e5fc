#include "media/loudness/loudness.hpp"

#include "media/package/fmp4.hpp"

#include <ebur128.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

namespace weike::media {
namespace {

constexpr double kTargetLufs = -16;
constexpr double kMaxGainDb = 12;
constexpr double kSilenceLufs = -60;
constexpr std::int64_t kFullScan = 180 * kAudioRate;
constexpr std::int64_t kChunk = 10 * kAudioRate;
constexpr std::int64_t kWindow = 3 * kAudioRate;
constexpr std::int64_t kWindows = 60;
constexpr float kLargestFloat = std::numeric_limits<float>::max();

struct MeterDeleter {
  void operator()(ebur128_state* state) const { ebur128_destroy(&state); }
};
using Meter = std::unique_ptr<ebur128_state, MeterDeleter>;

struct Stretch {
  std::int64_t first;
  std::int64_t count;
};

std::vector<Stretch> stretches(std::int64_t samples) {
  std::vector<Stretch> result;
  if (samples <= kFullScan) {
    for (std::int64_t at = 0; at < samples; at += kChunk)
      result.push_back({at, std::min(kChunk, samples - at)});
    return result;
  }
  for (std::int64_t i = 0; i < kWindows; ++i)
    result.push_back({(samples - kWindow) * i / (kWindows - 1), kWindow});
  return result;
}

std::vector<float> interleave(const Sound& sound) {
  const std::size_t channels = sound.size();
  const std::size_t count = sound.front().size();
  std::vector<float> mixed(channels * count);
  for (std::size_t channel = 0; channel < channels; ++channel) {
    const float* from = sound[channel].data();
    float* to = mixed.data() + channel;
    // A comparison that is false for NaN too; unlike std::isfinite it is made of whole vectors.
    for (std::size_t i = 0; i < count; ++i)
      to[i * channels] = std::abs(from[i]) <= kLargestFloat ? from[i] : 0.0F;
  }
  return mixed;
}

double round_to_hundredth(double value) { return std::round(value * 100) / 100; }

}  // namespace

Result<Loudness> measure_loudness(AudioReader& reader, std::int64_t sample_count, int channels,
                                  OutputSink& sink) {
  const Meter meter(ebur128_init(static_cast<unsigned>(channels),
                                 static_cast<unsigned long>(kAudioRate), EBUR128_MODE_I));
  if (!meter) return Error{ErrorCode::internal, "no memory for the loudness meter", "child_memory"};
  if (channels == 1) ebur128_set_channel(meter.get(), 0, EBUR128_DUAL_MONO);
  for (const Stretch& stretch : stretches(sample_count)) {
    auto sound = reader.read(stretch.first, stretch.count);
    if (!sound) return sound.error();
    const std::vector<float> mixed = interleave(*sound);
    ebur128_add_frames_float(meter.get(), mixed.data(), sound->front().size());
    sink.progress(stretch.first, sample_count);
  }
  double lufs = 0;
  if (ebur128_loudness_global(meter.get(), &lufs) != EBUR128_SUCCESS || !(lufs > kSilenceLufs))
    return Loudness{};
  const double gain = std::clamp(kTargetLufs - lufs, -kMaxGainDb, kMaxGainDb);
  return Loudness{round_to_hundredth(lufs), round_to_hundredth(gain)};
}

}  // namespace weike::media
