#pragma once

#include "media/av/source.hpp"
#include "media/package/avc.hpp"
#include "media/package/fmp4.hpp"
#include "media/plan/plan.hpp"
#include "model/error.hpp"

#include <optional>
#include <vector>

namespace weike::media {

// Reads the coded pictures of a source that a plan copies. One thread.
class CopyReader {
 public:
  // `plan` outlives it. Fails when the source is not what the plan was made for.
  static Result<CopyReader> open(int descriptor, const Plan& plan, const SourceOptions& options);

  const ParameterSets& parameter_sets() const { return config_.sets; }
  // The pictures of one segment, in decoding order, with only their slices kept. Segments that
  // follow each other are read in one go.
  Result<std::vector<Sample>> read(const Segment& segment);

 private:
  struct Picture {
    Sample sample;
    std::int64_t place = 0;  // Of the output grid.
  };
  explicit CopyReader(const Plan& plan) : plan_(&plan) {}
  Result<> restart();
  Result<std::optional<Picture>> next();
  Result<> seek(const Segment& segment);
  Result<bool> skip_to(const Segment& segment);

  const Plan* plan_;
  int descriptor_ = -1;
  SourceOptions options_;
  Source source_;
  AvcConfig config_;
  std::optional<Picture> pending_;  // Read ahead by a seek.
  std::int64_t position_ = -1;      // The first frame of the segment that comes next; -1: unknown.
};

}  // namespace weike::media
