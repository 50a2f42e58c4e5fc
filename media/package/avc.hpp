#pragma once

#include "media/package/box_writer.hpp"

#include <span>
#include <vector>

// H.264 byte streams as encoders give them (ITU-T H.264 annex B), brought into the form of MP4
// files (ISO/IEC 14496-15, "avc1": lengths instead of start codes, parameter sets in the init
// segment).
namespace weike::media {

struct ParameterSets {
  Bytes sps;
  Bytes pps;
};

// The NAL units between the start codes; the views are into `stream`.
std::vector<std::span<const std::byte>> split_nal_units(std::span<const std::byte> stream);

// The first SPS and PPS of an encoder's global header; empty members when there are none.
ParameterSets find_parameter_sets(std::span<const std::byte> stream);

// One coded picture with only its slices kept: parameter sets stand in the init segment, and
// messages (SEI) would carry the encoder's settings.
Bytes to_sample(std::span<const std::byte> stream);

}  // namespace weike::media
