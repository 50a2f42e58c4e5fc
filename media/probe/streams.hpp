#pragma once

#include "media/av/source.hpp"
#include "media/plan/source_facts.hpp"

// What the header of a source tells about its streams, before a packet is read.
namespace weike::media {

constexpr int kNoStream = -1;

// The default video track, else the first; covers are none. Fails with a rejection: no_video,
// encrypted, unsupported_codec.
Result<int> choose_video(Source& source);

// The default sound track, else the first, of those that can be decoded; kNoStream if there is no
// sound at all. Fails with a rejection: encrypted, unsupported_codec when none can be decoded.
Result<int> choose_audio(Source& source);

// Codec, size, shape and tone curve as the header says; a decoded frame may know better.
VideoFacts declared_video(Source& source, int stream);
AudioFacts declared_audio(Source& source, int stream);

// How long the container's header says the source is; nothing where it does not say.
std::optional<std::int64_t> declared_duration_us(Source& source);

ToneCurve tone_curve_of(AVColorTransferCharacteristic transfer);

}  // namespace weike::media
