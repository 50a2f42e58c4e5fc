#pragma once

#include "media/av/av_ptr.hpp"
#include "media/package/fmp4.hpp"
#include "media/plan/plan.hpp"
#include "model/error.hpp"

#include <memory>
#include <vector>

namespace weike::media {

// Encodes the pictures of one segment of one rendition: made fresh for each, so that a segment's
// bytes depend on nothing before it. Belongs to one thread.
class PictureEncoder {
 public:
  virtual ~PictureEncoder() = default;

  // The init segment that fits what this encoder makes.
  virtual const Bytes& init() const = 0;
  // How many frames later than its decoding order a picture may be shown.
  virtual int delay() const = 0;
  // Encodes the picture that is shown from frame `shown_at` of the segment on, until the next one.
  // With `is_key` it depends on nothing before it; the first one must.
  virtual Result<> add(FramePtr picture, std::int64_t shown_at, bool is_key) = 0;
  // Gives all samples, in decoding order. The encoder is used up then.
  virtual Result<std::vector<Sample>> finish() = 0;
};

// The encoder for the rung's codec.
Result<std::unique_ptr<PictureEncoder>> open_encoder(const VideoRung& rung, const Plan& plan);

}  // namespace weike::media
