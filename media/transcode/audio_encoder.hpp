#pragma once

#include "media/av/av_ptr.hpp"
#include "media/package/fmp4.hpp"
#include "media/plan/plan.hpp"
#include "media/transcode/audio_reader.hpp"
#include "model/error.hpp"

#include <vector>

namespace weike::media {

// libav's AAC-LC encoder, made fresh for each segment. One thread.
class AudioEncoder {
 public:
  static Result<AudioEncoder> open(const AudioRung& rung);

  // The init segment that fits what this encoder makes.
  const Bytes& init() const { return init_; }
  // Encodes whole frames of 1024 samples and gives one packet for each, and some more for the end.
  // Packet k decodes to samples [1024 (k - 1), 1024 k). The encoder is used up then.
  Result<std::vector<Bytes>> encode(const Sound& sound);

 private:
  CodecContextPtr context_;
  Bytes init_;
};

}  // namespace weike::media
