#pragma once

#include "media/package/box_writer.hpp"
#include "model/error.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

// What stands where in a segment that is on the disk already, told by its first bytes: for I-frame
// playlists and for files that are put together from segments. The files come from an untrusted
// child, so nothing in them is taken on faith.
namespace weike::media {

struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  bool operator==(const ByteRange&) const = default;
};

// One sample in decoding order; times in ticks of the track.
struct IndexedSample {
  std::uint32_t size = 0;
  std::uint32_t duration = 0;
  std::int32_t composition_offset = 0;
  bool is_key = false;
};

struct SegmentIndex {
  ByteRange data;  // What the mdat box holds: the samples, in order, without a gap.
  std::uint64_t moof_offset = 0;
  std::uint64_t decode_time = 0;  // Of the first sample, in ticks of the track.
  std::vector<IndexedSample> samples;

  std::uint64_t duration() const;  // Of all samples, in ticks.
  // From the moof to the end of the first sample, what a player needs to show the first picture.
  // Nothing if that is no key picture.
  std::optional<ByteRange> iframe() const;
};

// The index of any segment lies within this many first bytes of its file (1000 samples and more).
inline constexpr std::size_t kSegmentHeadBytes = 16UL * 1024;

// Reads the index from the first bytes of a segment, the whole file or kSegmentHeadBytes of it.
// `corrupt` if it is not one track fragment with one run of samples that fills one mdat box up to
// the end of the file.
Result<SegmentIndex> read_segment_index(std::span<const std::byte> head, std::uint64_t file_bytes);

}  // namespace weike::media
