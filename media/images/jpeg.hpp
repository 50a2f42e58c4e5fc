#pragma once

#include "media/av/av_ptr.hpp"
#include "media/package/box_writer.hpp"
#include "model/error.hpp"

namespace weike::media {

// A baseline JPEG of a yuv420p picture scaled to this size. `quantiser` from 2 (best) to 31.
Result<Bytes> encode_jpeg(const AVFrame& picture, int width, int height, int quantiser);

}  // namespace weike::media
