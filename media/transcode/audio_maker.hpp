#pragma once

#include "media/observation.hpp"
#include "media/transcode/audio_encoder.hpp"
#include "media/transcode/audio_reader.hpp"

#include <optional>
#include <string>
#include <vector>

namespace weike::media {

struct AudioSegment {
  std::string rendition;
  Bytes bytes;
};

// One segment of each rung.
struct MadeSound {
  std::vector<AudioSegment> segments;
  // What is heard in them; given when the plan's largest sound is among them.
  std::optional<SoundNotes> notes;
};

// Makes the sound of single segments, each by fresh encoders that began a fixed number of AAC
// frames earlier, so that neighbours fit without a click whoever made them. One thread.
class AudioMaker {
 public:
  // `plan` outlives it.
  static Result<AudioMaker> open(int descriptor, const Plan& plan,
                                 std::vector<const AudioRung*> rungs, const SourceOptions& options);
  // One segment of each rung, from one decode.
  Result<MadeSound> make(const Segment& segment);

 private:
  AudioMaker(AudioReader reader, const Plan& plan, std::vector<const AudioRung*> rungs)
      : reader_(std::move(reader)), plan_(&plan), rungs_(std::move(rungs)) {}
  // After gain and limiter, with the frames around the segment that the encoder needs.
  Result<Sound> levelled(const Segment& segment);

  AudioReader reader_;
  const Plan* plan_;
  std::vector<const AudioRung*> rungs_;
};

}  // namespace weike::media
