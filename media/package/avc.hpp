#pragma once

#include "media/package/box_writer.hpp"

#include <optional>
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
Bytes to_sample(const std::vector<std::span<const std::byte>>& units);

enum class NalType : int {
  slice = 1,
  idr_slice = 5,
  message = 6,
  sequence = 7,
  picture_set = 8,
  delimiter = 9,
  end_of_sequence = 10,
  end_of_stream = 11,
  filler = 12,
};
// `unit` is not empty.
NalType nal_type(std::span<const std::byte> unit);

// How the samples of an MP4 track are to be read: its AVCDecoderConfigurationRecord (ISO/IEC
// 14496-15, 5.3.3.1).
struct AvcConfig {
  ParameterSets sets;
  int length_bytes = 4;  // Of the lengths before each NAL unit.
};
// Nothing when `record` is none, or holds more than one set of a kind.
std::optional<AvcConfig> read_avc_config(std::span<const std::byte> record);

// The NAL units of a sample of such a track; the views are into `sample`. Nothing when the lengths
// do not add up.
std::optional<std::vector<std::span<const std::byte>>> split_sample(
    std::span<const std::byte> sample, int length_bytes);

}  // namespace weike::media
