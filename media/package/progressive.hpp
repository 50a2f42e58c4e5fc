#pragma once

#include "media/package/box_writer.hpp"
#include "media/package/segment_index.hpp"
#include "model/error.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

// One ordinary MP4 file of a finished rendition, put together from its segments without touching a
// sample: a new head (ftyp, moov with all sample tables, the start of mdat), then stretches of the
// segment files, picture and sound of each segment in turn. So players may start and seek before
// they have the whole file, and nothing of it has to be stored.
namespace weike::media {

// A finished rendition: the bytes of its init segment and the index of every segment, in order.
struct FinishedTrack {
  std::string rendition;  // "v720", "a128".
  std::span<const std::byte> init;
  std::span<const SegmentIndex> segments;
};

// A stretch of a file of the asset.
struct FilePiece {
  std::string file;  // "v720/3.m4s".
  ByteRange range;
};

struct ProgressiveFile {
  Bytes head;
  std::vector<FilePiece> pieces;  // Behind the head, in order.
  std::uint64_t total_bytes = 0;
};

// "v720.mp4" from the pictures and, unless it is null, the sound. `corrupt` if an init segment is
// not as init_segment.cpp writes them, or if segments do not follow on each other in time.
Result<ProgressiveFile> progressive_file(const FinishedTrack& video, const FinishedTrack* sound);

}  // namespace weike::media
