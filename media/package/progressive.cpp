#include "media/package/progressive.hpp"

#include "media/package/sample_tables.hpp"
#include "media/package/track_header.hpp"

#include <cmath>
#include <limits>
#include <optional>

namespace weike::media {
namespace {

using Box = BoxWriter::Box;

constexpr std::uint32_t kSoundTrackId = 1;  // As its sample entry says already (esds).
constexpr std::uint32_t kVideoTrackId = 2;
constexpr std::uint64_t kShortOffsets = std::numeric_limits<std::uint32_t>::max();

// A track on its way into the file.
struct Track {
  std::uint32_t id = 0;
  TrackHeader header;
  SampleTables tables;
  std::vector<std::uint64_t> chunks;  // Where its chunks begin, from the first byte of media on.
};

Error corrupt(const char* what) {
  return {ErrorCode::corrupt, std::string("a finished track: ") + what};
}

Result<Track> read_track(const FinishedTrack& source, std::uint32_t id) {
  auto header = read_track_header(source.init);
  if (!header) return header.error();
  auto tables = SampleTables::of(source.segments);
  if (!tables) return tables.error();
  return Track{id, *header, std::move(*tables), {}};
}

// The duration of the track in ticks of the movie.
std::uint64_t movie_duration(const Track& track, std::uint32_t movie_timescale) {
  const auto seconds =
      static_cast<long double>(track.tables.duration()) / track.header.timescale * movie_timescale;
  return static_cast<std::uint64_t>(std::llround(seconds));
}

void write_file_type(BoxWriter& out) {
  const Box box(out, "ftyp");
  out.text("isom");
  out.u32(0x200);
  for (const char* brand : {"isom", "iso2", "mp41"}) out.text(brand);
}

void write_movie_header(BoxWriter& out, std::uint32_t timescale, std::uint64_t duration) {
  const Box box(out, "mvhd", 0, 0);
  out.zeros(8);  // No dates: outputs carry no metadata.
  out.u32(timescale);
  out.u32(duration);
  out.u32(0x10000);  // Rate 1.
  out.u16(0x100);    // Volume 1.
  out.zeros(10);
  for (const std::uint32_t each : {0x10000u, 0u, 0u, 0u, 0x10000u, 0u, 0u, 0u, 0x40000000u})
    out.u32(each);
  out.zeros(24);
  out.u32(kVideoTrackId + 1);
}

void write_edit_list(BoxWriter& out, std::uint64_t duration, std::uint32_t media_time) {
  const Box edts(out, "edts");
  const Box elst(out, "elst", 0, 0);
  out.u32(1);
  out.u32(duration);
  out.u32(media_time);
  out.u32(0x10000);  // Rate 1.
}

void write_media_header(BoxWriter& out, std::uint32_t timescale, std::uint64_t duration) {
  const Box box(out, "mdhd", 0, 0);
  out.zeros(8);
  out.u32(timescale);
  out.u32(duration);
  out.u16(0x55c4);  // Language "und".
  out.u16(0);
}

void write_track(BoxWriter& out, const Track& track, std::uint32_t movie_timescale,
                 std::uint64_t media_start) {
  const std::uint64_t duration = movie_duration(track, movie_timescale);
  const Box trak(out, "trak");
  write_track_header(out, track.header, track.id, duration);
  if (track.header.media_time > 0) write_edit_list(out, duration, track.header.media_time);
  const Box mdia(out, "mdia");
  write_media_header(out, track.header.timescale, track.tables.duration());
  out.bytes(track.header.handler);
  const Box minf(out, "minf");
  out.bytes(track.header.kind);
  out.bytes(track.header.data_information);
  const Box stbl(out, "stbl");
  out.bytes(track.header.sample_description);
  track.tables.write(out);
  write_chunk_offsets(out, track.chunks, media_start);
}

void write_data_head(BoxWriter& out, std::uint64_t media_bytes) {
  if (media_bytes + 8 <= kShortOffsets) {
    out.u32(media_bytes + 8);
    out.text("mdat");
    return;
  }
  out.u32(1);  // A long size follows the type.
  out.text("mdat");
  out.u64(media_bytes + 16);
}

Bytes make_head(const std::vector<Track>& tracks, std::uint64_t media_start,
                std::uint64_t media_bytes) {
  const std::uint32_t timescale = tracks.front().header.timescale;
  std::uint64_t longest = 0;
  for (const Track& track : tracks) longest = std::max(longest, movie_duration(track, timescale));
  BoxWriter out;
  write_file_type(out);
  {
    const Box moov(out, "moov");
    write_movie_header(out, timescale, longest);
    for (const Track& track : tracks) write_track(out, track, timescale, media_start);
  }
  write_data_head(out, media_bytes);
  return out.take();
}

// The head says where its own end is, and how it says so depends on how far that is.
Bytes make_head(const std::vector<Track>& tracks, std::uint64_t media_bytes) {
  std::uint64_t media_start = 0;
  for (;;) {
    Bytes head = make_head(tracks, media_start, media_bytes);
    if (head.size() == media_start) return head;
    media_start = head.size();
  }
}

}  // namespace

Result<ProgressiveFile> progressive_file(const FinishedTrack& video, const FinishedTrack* sound) {
  if (video.segments.empty()) return corrupt("no segments");
  if (sound && sound->segments.size() != video.segments.size())
    return corrupt("picture and sound have not as many segments");
  struct Source {
    const FinishedTrack* files;
    std::uint32_t id;
  };
  std::vector<Source> sources{{&video, kVideoTrackId}};
  if (sound) sources.push_back({sound, kSoundTrackId});
  std::vector<Track> tracks;
  for (const Source& source : sources) {
    auto track = read_track(*source.files, source.id);
    if (!track) return track.error();
    tracks.push_back(std::move(*track));
  }

  ProgressiveFile file;
  std::uint64_t media_bytes = 0;
  for (std::size_t number = 0; number < video.segments.size(); ++number) {
    for (std::size_t i = 0; i < sources.size(); ++i) {
      const SegmentIndex& segment = sources[i].files->segments[number];
      if (segment.samples.empty()) continue;
      tracks[i].chunks.push_back(media_bytes);
      file.pieces.push_back(
          {sources[i].files->rendition + "/" + std::to_string(number) + ".m4s", segment.data});
      media_bytes += segment.data.length;
    }
  }
  file.head = make_head(tracks, media_bytes);
  file.total_bytes = file.head.size() + media_bytes;
  return file;
}

}  // namespace weike::media
