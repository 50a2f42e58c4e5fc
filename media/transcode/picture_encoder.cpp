#include "media/transcode/picture_encoder.hpp"

#include "media/transcode/av1_encoder.hpp"
#include "media/transcode/video_encoder.hpp"

namespace weike::media {

Result<std::unique_ptr<PictureEncoder>> open_encoder(const VideoRung& rung, const Plan& plan) {
  switch (rung.codec) {
    case VideoCodec::h264: {
      auto opened = VideoEncoder::open(rung, plan);
      if (!opened) return opened.error();
      return std::unique_ptr<PictureEncoder>(std::make_unique<VideoEncoder>(std::move(*opened)));
    }
    case VideoCodec::av1: {
      auto opened = Av1Encoder::open(rung, plan);
      if (!opened) return opened.error();
      return std::unique_ptr<PictureEncoder>(std::move(*opened));
    }
  }
  return Error{ErrorCode::internal, "no encoder for " + rung.name, "media_library"};
}

}  // namespace weike::media
