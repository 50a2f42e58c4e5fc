#include "media/package/av1.hpp"
#include "media/package/fmp4.hpp"

#include <nettle/sha2.h>

#include <array>

namespace weike::media {
namespace {

using Box = BoxWriter::Box;

constexpr std::uint32_t kTrackId = 1;
constexpr int kHighProfile = 100;  // From here on avcC tells chroma format and depth.

void write_file_type(BoxWriter& out) {
  const Box box(out, "ftyp");
  out.text("iso6");
  out.u32(0);
  for (const char* brand : {"iso6", "cmfc", "cmf2", "mp41"}) out.text(brand);
}

void write_matrix(BoxWriter& out) {
  for (const std::uint32_t each : {0x10000u, 0u, 0u, 0u, 0x10000u, 0u, 0u, 0u, 0x40000000u})
    out.u32(each);
}

void write_movie_header(BoxWriter& out, std::uint32_t timescale) {
  const Box box(out, "mvhd", 0, 0);
  out.zeros(8);  // No dates: outputs carry no metadata.
  out.u32(timescale);
  out.u32(0);        // Duration: told by the fragments.
  out.u32(0x10000);  // Rate 1.
  out.u16(0x100);    // Volume 1.
  out.zeros(10);
  write_matrix(out);
  out.zeros(24);
  out.u32(kTrackId + 1);
}

void write_track_header(BoxWriter& out, int width, int height) {
  const Box box(out, "tkhd", 0, 3);  // Enabled, in the movie.
  out.zeros(8);
  out.u32(kTrackId);
  out.zeros(4 + 4 + 8 + 2 + 2);
  out.u16(width == 0 ? 0x100 : 0);  // Volume.
  out.zeros(2);
  write_matrix(out);
  out.u32(static_cast<std::uint32_t>(width) << 16);
  out.u32(static_cast<std::uint32_t>(height) << 16);
}

// One edit that starts the track at `media_time` of its own clock.
void write_edit_list(BoxWriter& out, std::uint32_t media_time) {
  const Box edts(out, "edts");
  const Box elst(out, "elst", 0, 0);
  out.u32(1);
  out.u32(0);  // To the end.
  out.u32(media_time);
  out.u32(0x10000);  // Rate 1.
}

void write_media_header(BoxWriter& out, std::uint32_t timescale) {
  const Box box(out, "mdhd", 0, 0);
  out.zeros(8);
  out.u32(timescale);
  out.u32(0);
  out.u16(0x55c4);  // Language "und".
  out.u16(0);
}

void write_handler(BoxWriter& out, std::string_view type) {
  const Box box(out, "hdlr", 0, 0);
  out.u32(0);
  out.text(type);
  out.zeros(12 + 1);
}

void write_data_information(BoxWriter& out) {
  const Box dinf(out, "dinf");
  const Box dref(out, "dref", 0, 0);
  out.u32(1);
  const Box url(out, "url ", 0, 1);  // The data is in the same file.
}

// The sample tables of a fragmented file are empty.
void write_empty_tables(BoxWriter& out) {
  for (const char* type : {"stts", "stsc"}) {
    const Box box(out, type, 0, 0);
    out.u32(0);
  }
  {
    const Box box(out, "stsz", 0, 0);
    out.zeros(8);
  }
  const Box box(out, "stco", 0, 0);
  out.u32(0);
}

void write_bit_rates(BoxWriter& out, std::uint64_t kbps) {
  const Box box(out, "btrt");
  out.u32(kbps * 2000 / 8);
  out.u32(kbps * 1000);
  out.u32(kbps * 1000);
}

// The sample entry's part that all codecs share.
void write_visual_entry(BoxWriter& out, const VideoRung& rung) {
  out.zeros(6);
  out.u16(1);
  out.zeros(16);
  out.u16(static_cast<std::uint64_t>(rung.width));
  out.u16(static_cast<std::uint64_t>(rung.height));
  out.u32(0x480000);  // 72 dots per inch, both ways.
  out.u32(0x480000);
  out.u32(0);
  out.u16(1);
  out.zeros(32);
  out.u16(24);
  out.u16(0xffff);
}

void write_colours_and_rates(BoxWriter& out, const VideoRung& rung) {
  {
    const Box box(out, "colr");
    out.text("nclx");
    for (int i = 0; i < 3; ++i) out.u16(1);  // BT.709 primaries, transfer, matrix.
    out.u8(0);                               // Limited range.
  }
  {
    const Box box(out, "pasp");
    out.u32(1);
    out.u32(1);
  }
  write_bit_rates(out, static_cast<std::uint64_t>(rung.max_kbps));
}

void write_avc_entry(BoxWriter& out, const VideoRung& rung, const ParameterSets& sets) {
  const Box entry(out, "avc1");
  write_visual_entry(out, rung);
  {
    const Box box(out, "avcC");
    out.u8(1);
    out.bytes(std::span(sets.sps).subspan(1, 3));  // Profile, constraints, level.
    out.u8(0xff);                                  // Lengths of four bytes.
    out.u8(0xe1);                                  // One SPS.
    out.u16(sets.sps.size());
    out.bytes(sets.sps);
    out.u8(1);
    out.u16(sets.pps.size());
    out.bytes(sets.pps);
    if (std::to_integer<int>(sets.sps[1]) >= kHighProfile) {
      out.u8(0xfd);  // 4:2:0,
      out.u8(0xf8);  // 8 bits luma,
      out.u8(0xf8);  // 8 bits chroma,
      out.u8(0);     // and no SPS extension.
    }
  }
  write_colours_and_rates(out, rung);
}

void write_av1_entry(BoxWriter& out, const VideoRung& rung) {
  const Box entry(out, "av01");
  write_visual_entry(out, rung);
  {
    const Box box(out, "av1C");
    out.bytes(av1_configuration(rung));
  }
  write_colours_and_rates(out, rung);
}

void write_descriptor(BoxWriter& out, std::uint8_t tag, std::size_t size) {
  out.u8(tag);
  out.u8(size);  // Always below 128 here.
}

void write_aac_entry(BoxWriter& out, const AudioRung& rung, std::span<const std::byte> config) {
  const Box entry(out, "mp4a");
  out.zeros(6);
  out.u16(1);
  out.zeros(8);
  out.u16(static_cast<std::uint64_t>(rung.channels));
  out.u16(16);
  out.zeros(4);
  out.u32(static_cast<std::uint64_t>(kAudioRate) << 16);
  const auto bits = static_cast<std::uint64_t>(rung.kbps) * 1000;
  {
    const Box box(out, "esds", 0, 0);
    const std::size_t decoder_size = 13 + 2 + config.size();
    write_descriptor(out, 3, 3 + 2 + decoder_size + 3);  // ES_Descriptor
    out.u16(kTrackId);
    out.u8(0);
    write_descriptor(out, 4, decoder_size);  // DecoderConfigDescriptor
    out.u8(0x40);                            // MPEG-4 audio,
    out.u8(0x15);                            // an audio stream.
    out.u24(6144 / 8 * static_cast<std::uint64_t>(rung.channels));
    out.u32(bits);
    out.u32(bits);
    write_descriptor(out, 5, config.size());  // DecoderSpecificInfo
    out.bytes(config);
    write_descriptor(out, 6, 1);  // SLConfigDescriptor, predefined for MP4.
    out.u8(2);
  }
  write_bit_rates(out, static_cast<std::uint64_t>(rung.kbps));
}

void write_track_defaults(BoxWriter& out) {
  const Box mvex(out, "mvex");
  const Box trex(out, "trex", 0, 0);
  out.u32(kTrackId);
  out.u32(1);
  out.zeros(12);
}

// Everything around the sample entry that both kinds of track share.
template <class WriteEntry>
Bytes write_init(std::uint32_t timescale, const VideoRung* video, std::uint32_t media_time,
                 const WriteEntry& write_entry) {
  const bool is_video = video != nullptr;
  BoxWriter out;
  write_file_type(out);
  {
    const Box moov(out, "moov");
    write_movie_header(out, timescale);
    {
      const Box trak(out, "trak");
      write_track_header(out, is_video ? video->width : 0, is_video ? video->height : 0);
      if (media_time > 0) write_edit_list(out, media_time);
      const Box mdia(out, "mdia");
      write_media_header(out, timescale);
      write_handler(out, is_video ? "vide" : "soun");
      const Box minf(out, "minf");
      {
        const Box header(out, is_video ? "vmhd" : "smhd", 0, is_video ? 1 : 0);
        out.zeros(is_video ? 8 : 4);
      }
      write_data_information(out);
      const Box stbl(out, "stbl");
      {
        const Box stsd(out, "stsd", 0, 0);
        out.u32(1);
        write_entry(out);
      }
      write_empty_tables(out);
    }
    write_track_defaults(out);
  }
  return out.take();
}

}  // namespace

VideoTiming video_timing(Rational frame_rate) {
  // A fine clock, because players round to it.
  const std::int64_t factor = (9'999 + frame_rate.num) / frame_rate.num;
  return {static_cast<std::uint32_t>(frame_rate.num * factor),
          static_cast<std::uint32_t>(frame_rate.den * factor)};
}

Bytes video_init(const VideoRung& rung, Rational frame_rate, const ParameterSets& sets, int delay) {
  const VideoTiming timing = video_timing(frame_rate);
  return write_init(timing.timescale, &rung, static_cast<std::uint32_t>(delay) * timing.frame_ticks,
                    [&](BoxWriter& out) { write_avc_entry(out, rung, sets); });
}

Bytes av1_init(const VideoRung& rung, Rational frame_rate) {
  return write_init(video_timing(frame_rate).timescale, &rung, 0,
                    [&](BoxWriter& out) { write_av1_entry(out, rung); });
}

Bytes audio_init(const AudioRung& rung, std::span<const std::byte> config) {
  return write_init(static_cast<std::uint32_t>(kAudioRate), nullptr, 0,
                    [&](BoxWriter& out) { write_aac_entry(out, rung, config); });
}

std::string init_digest(std::span<const std::byte> init) {
  sha256_ctx context;
  sha256_init(&context);
  sha256_update(&context, init.size(), reinterpret_cast<const std::uint8_t*>(init.data()));
  std::array<std::uint8_t, SHA256_DIGEST_SIZE> digest{};
  sha256_digest(&context, digest.size(), digest.data());
  std::string hex;
  for (const std::uint8_t each : digest) {
    hex += "0123456789abcdef"[each >> 4];
    hex += "0123456789abcdef"[each & 15];
  }
  return hex;
}

}  // namespace weike::media
