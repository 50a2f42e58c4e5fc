#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace weike::media {

// What a sequence parameter set (ITU-T H.264, 7.3.2.1.1 and annex E) says of its pictures.
struct AvcSequence {
  int profile = 0;        // profile_idc: 66 baseline, 77 main, 100 high.
  int constraints = 0;    // The eight bits after it: 0x40 makes baseline constrained baseline.
  int level = 0;          // Times ten.
  int chroma_format = 1;  // 1: 4:2:0.
  int bit_depth = 8;      // Of luma and chroma the higher.
  int width = 0;          // Cropped.
  int height = 0;
  bool has_frames_only = true;  // No fields anywhere in the stream.
  bool has_square_samples = true;
  bool is_full_range = false;
  int primaries = 2;  // As ITU-T H.273 counts them; 2: not said.
  int transfer = 2;
  int matrix = 2;
};

// Nothing when `unit`, a NAL unit with its header byte, is no sound parameter set.
std::optional<AvcSequence> read_sequence(std::span<const std::byte> unit);

}  // namespace weike::media
