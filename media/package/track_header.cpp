#include "media/package/track_header.hpp"

#include "media/package/box_reader.hpp"

#include <optional>

namespace weike::media {
namespace {

using Span = std::span<const std::byte>;

constexpr std::size_t kTrackHeaderBytes = 92;  // Of version 0, with the box's head.
constexpr std::size_t kTrackIdOffset = 20;
constexpr std::size_t kDurationOffset = 28;

Error corrupt() { return {ErrorCode::corrupt, "an init segment: malformed"}; }

// The body of the box at the end of the path of types.
std::optional<Span> at_path(Span boxes, std::initializer_list<std::string_view> path) {
  for (const std::string_view type : path) {
    const auto body = find_body(boxes, type);
    if (!body) return std::nullopt;
    boxes = *body;
  }
  return boxes;
}

std::optional<std::uint32_t> read_timescale(Span media_header) {
  ByteReader reader(media_header);
  const bool is_short = reader.u32() >> 24 == 0;
  reader.skip(8);
  const std::uint32_t timescale = reader.u32();
  return reader.is_fine() && is_short && timescale > 0 ? std::optional(timescale) : std::nullopt;
}

// 0 without an edit list.
std::optional<std::uint32_t> read_media_time(Span track) {
  const auto edits = find_body(track, "edts");
  if (!edits) return 0;
  const auto list = find_body(*edits, "elst");
  if (!list) return std::nullopt;
  ByteReader reader(*list);
  const bool is_short = reader.u32() >> 24 == 0;
  const std::uint32_t count = reader.u32();
  reader.skip(4);
  const std::uint32_t media_time = reader.u32();
  const bool is_one_edit = is_short && count == 1 && media_time >> 31 == 0;
  return reader.is_fine() && is_one_edit ? std::optional(media_time) : std::nullopt;
}

}  // namespace

Result<TrackHeader> read_track_header(Span init) {
  const auto track = at_path(init, {"moov", "trak"});
  if (!track) return corrupt();
  const auto media = find_body(*track, "mdia");
  const auto information = media ? find_body(*media, "minf") : std::nullopt;
  const auto tables = information ? find_body(*information, "stbl") : std::nullopt;
  if (!tables) return corrupt();

  const auto track_box = find_box(*track, "tkhd");
  const auto media_header = find_body(*media, "mdhd");
  const auto handler = find_box(*media, "hdlr");
  auto kind = find_box(*information, "vmhd");
  if (!kind) kind = find_box(*information, "smhd");
  const auto data_information = find_box(*information, "dinf");
  const auto description = find_box(*tables, "stsd");
  const auto timescale = media_header ? read_timescale(*media_header) : std::nullopt;
  const auto media_time = read_media_time(*track);
  if (!track_box || track_box->size() != kTrackHeaderBytes || !handler || !kind ||
      !data_information || !description || !timescale || !media_time)
    return corrupt();
  return TrackHeader{*timescale, *media_time,       *track_box,  *handler,
                     *kind,      *data_information, *description};
}

void write_track_header(BoxWriter& out, const TrackHeader& header, std::uint32_t track_id,
                        std::uint64_t duration) {
  const std::size_t start = out.size();
  out.bytes(header.track);
  out.patch_u32(start + kTrackIdOffset, track_id);
  out.patch_u32(start + kDurationOffset, duration);
}

}  // namespace weike::media
