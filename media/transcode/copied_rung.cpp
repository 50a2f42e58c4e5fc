#include "media/transcode/copied_rung.hpp"

namespace weike::media {

Result<CopiedRung> CopiedRung::open(int descriptor, const Plan& plan,
                                    const SourceOptions& options) {
  auto reader = CopyReader::open(descriptor, plan, options);
  if (!reader) return reader.error();
  const VideoRung& rung = *plan.copied;
  const Bytes init = video_init(rung, plan.frame_rate, reader->parameter_sets(), rung.delay);
  if (!rung.init_sha256.empty() && init_digest(init) != rung.init_sha256)
    return Error{ErrorCode::internal, "the source differs from the plan", "plan_mismatch"};
  return CopiedRung(std::move(*reader), plan);
}

Result<Bytes> CopiedRung::make(const Segment& segment) {
  auto samples = reader_.read(segment);
  if (!samples) return samples.error();
  return video_segment(segment, plan_->frame_rate, *samples, plan_->copied->delay);
}

}  // namespace weike::media
