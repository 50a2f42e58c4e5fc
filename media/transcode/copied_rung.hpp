#pragma once

#include "media/transcode/copy_reader.hpp"

namespace weike::media {

// Makes the segments of a plan's copied rung. Decodes nothing: whether the pictures are sound the
// other rungs tell. One thread.
class CopiedRung {
 public:
  // `plan` has a copied rung and outlives it.
  static Result<CopiedRung> open(int descriptor, const Plan& plan, const SourceOptions& options);

  // The file of one segment.
  Result<Bytes> make(const Segment& segment);

 private:
  CopiedRung(CopyReader reader, const Plan& plan) : reader_(std::move(reader)), plan_(&plan) {}

  CopyReader reader_;
  const Plan* plan_;
};

}  // namespace weike::media
