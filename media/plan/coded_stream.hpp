#pragma once

#include "media/package/avc.hpp"
#include "media/package/avc_sequence.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace weike::media {

// One picture as it lies in the file.
struct CodedPicture {
  std::int64_t shown_us = 0;  // In the container's time.
  std::uint32_t bytes = 0;
  bool is_idr = false;             // Nothing after it refers to what came before.
  bool is_recovery_point = false;  // One may begin here, but pictures around it refer across it.
};

// An H.264 stream as its file holds it: what the rules of pass-through ask (pass_through.hpp).
struct CodedStream {
  ParameterSets sets;
  AvcSequence sequence;
  int length_bytes = 4;                // Ahead of each NAL unit.
  std::vector<CodedPicture> pictures;  // In decoding order.
  bool has_cut_off_pictures = false;   // Pictures that an edit list hides.
  bool changes_parameters = false;     // Parameter sets within the stream differ from `sets`.
  bool has_odd_units = false;          // Lengths that do not add up, NAL units of rare kinds.
};

}  // namespace weike::media
