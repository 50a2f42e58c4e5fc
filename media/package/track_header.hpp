#pragma once

#include "media/package/box_writer.hpp"
#include "model/error.hpp"

#include <cstdint>
#include <span>

namespace weike::media {

// What an init segment says of its one track, taken over into other files as it is. The spans are
// whole boxes within the init segment.
struct TrackHeader {
  std::uint32_t timescale = 0;
  std::uint32_t media_time = 0;                   // Where its edit list begins; 0 without one.
  std::span<const std::byte> track;               // tkhd
  std::span<const std::byte> handler;             // hdlr
  std::span<const std::byte> kind;                // vmhd or smhd
  std::span<const std::byte> data_information;    // dinf
  std::span<const std::byte> sample_description;  // stsd
};

// `corrupt` if it is not as init_segment.cpp writes them.
Result<TrackHeader> read_track_header(std::span<const std::byte> init);

// The tkhd box with another id and duration.
void write_track_header(BoxWriter& out, const TrackHeader& header, std::uint32_t track_id,
                        std::uint64_t duration);

}  // namespace weike::media
