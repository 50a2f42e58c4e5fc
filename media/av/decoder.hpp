#pragma once

#include "media/av/av_ptr.hpp"
#include "model/error.hpp"

#include <cstdint>

namespace weike::media {

// One thread, allowed codecs only, frames no larger than `max_pixels`. Fails with a rejection
// (unsupported_codec, frame_too_large, damaged).
Result<CodecContextPtr> open_decoder(const AVStream& stream, std::int64_t max_pixels);

// Whether open_decoder could open this stream.
bool is_decodable(const AVCodecParameters& parameters);

}  // namespace weike::media
