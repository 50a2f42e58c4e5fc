#pragma once

#include "media/package/box_writer.hpp"
#include "media/package/segment_index.hpp"
#include "model/error.hpp"

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace weike::media {

// The sample tables of one track of an ordinary MP4 file, each segment being one chunk.
class SampleTables {
 public:
  // `corrupt` if the segments overlap in time, or last too long for a 32-bit clock.
  static Result<SampleTables> of(std::span<const SegmentIndex> segments);

  std::uint64_t duration() const { return duration_; }
  // stts, ctts, stss, stsc and stsz; of ctts and stss only what is needed.
  void write(BoxWriter& out) const;

 private:
  // Equal values in a row: how many, and which.
  using Runs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

  Result<> add(const SegmentIndex& segment, std::uint64_t next_decode_time);
  void write_times(BoxWriter& out) const;
  void write_chunks(BoxWriter& out) const;

  Runs durations_;
  Runs offsets_;
  std::vector<std::uint32_t> sizes_;
  std::vector<std::uint32_t> keys_;           // Sample numbers, from 1 on.
  std::vector<std::uint32_t> chunk_lengths_;  // In samples.
  std::uint64_t duration_ = 0;
};

// stco, or co64 where 32 bits do not reach. `chunks` count from `media_start`.
void write_chunk_offsets(BoxWriter& out, std::span<const std::uint64_t> chunks,
                         std::uint64_t media_start);

}  // namespace weike::media
