#include "media/transcode/audio_maker.hpp"

#include "media/observe/sound_observer.hpp"
#include "media/transcode/limiter.hpp"

#include <iterator>

namespace weike::media {
namespace {

// The encoder's psycho-acoustic model and rate control settle within these.
constexpr std::int64_t kPrerollFrames = 8;
// The last kept packet overlaps one frame and the encoder looks one further ahead.
constexpr std::int64_t kPostrollFrames = 3;

}  // namespace

Result<AudioMaker> AudioMaker::open(int descriptor, const Plan& plan,
                                    std::vector<const AudioRung*> rungs,
                                    const SourceOptions& options) {
  auto reader = AudioReader::open(descriptor, plan, options);
  if (!reader) return reader.error();
  return AudioMaker(std::move(*reader), plan, std::move(rungs));
}

Result<Sound> AudioMaker::levelled(const Segment& segment) {
  const std::int64_t frames = kPrerollFrames + segment.audio_frame_count + kPostrollFrames;
  const std::int64_t first = (segment.first_audio_frame - kPrerollFrames) * kAudioFrameSamples;
  auto sound = reader_.read(first - kLimiterReach, frames * kAudioFrameSamples + 2 * kLimiterReach);
  if (!sound) return sound.error();
  apply_gain(*sound, plan_->gain_db);
  for (auto& channel : *sound) {
    channel.erase(channel.begin(), channel.begin() + kLimiterReach);
    channel.resize(static_cast<std::size_t>(frames * kAudioFrameSamples));
  }
  return sound;
}

Result<MadeSound> AudioMaker::make(const Segment& segment) {
  auto sound = levelled(segment);
  if (!sound) return sound.error();
  MadeSound made;
  for (const AudioRung* rung : rungs_) {
    auto encoder = AudioEncoder::open(*rung);
    if (!encoder) return encoder.error();
    if (!rung->init_sha256.empty() && init_digest(encoder->init()) != rung->init_sha256)
      return Error{ErrorCode::internal, "the encoder differs from the plan", "plan_mismatch"};
    auto packets = encoder->encode(*sound);
    if (!packets) return packets.error();
    // Packet k decodes to the samples of the frame before it.
    const auto begin = std::next(packets->begin(), kPrerollFrames + 1);
    const std::vector<Bytes> kept(begin, std::next(begin, segment.audio_frame_count));
    made.segments.push_back({rung->name, audio_segment(segment, kept)});
    if (rung == &plan_->audio.front())
      made.notes = observe_sound(*sound, kPrerollFrames * kAudioFrameSamples, segment);
  }
  return made;
}

}  // namespace weike::media
