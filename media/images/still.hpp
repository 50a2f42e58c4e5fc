#pragma once

#include "media/av/av_ptr.hpp"
#include "media/images/crops.hpp"
#include "media/package/box_writer.hpp"
#include "model/error.hpp"

namespace weike::media {

// What part of a picture an image shows, and how large.
struct StillShape {
  Crop crop;
  int width = 0;
  int height = 0;
};

// A baseline JPEG (full range BT.601, as JFIF means it) of a yuv420p picture in limited BT.709.
// `quantiser` from 2 (best) to 31.
Result<Bytes> encode_jpeg(const AVFrame& picture, const StillShape& shape, int quantiser);

// The same as lossy WebP. `quality` from 0 to 100 (best).
Result<Bytes> encode_webp(const AVFrame& picture, const StillShape& shape, int quality);

// The whole of a picture at this size.
StillShape whole_of(const AVFrame& picture, int width, int height);

}  // namespace weike::media
