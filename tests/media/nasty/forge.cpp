#include "tests/media/nasty/forge.hpp"

#include <fstream>
#include <stdexcept>

namespace weike::media::test {

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string big_endian(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = bytes; i-- > 0;) text.push_back(static_cast<char>(value >> (8 * i)));
  return text;
}

std::string box(std::string_view type, std::string_view content) {
  return big_endian(content.size() + 8, 4) + std::string(type) + std::string(content);
}

std::string full_box(std::string_view type, std::string_view content, std::uint32_t flags) {
  return box(type, big_endian(flags, 4) + std::string(content));
}

std::uint64_t number_at(std::string_view bytes, std::size_t at, int length) {
  std::uint64_t number = 0;
  for (const char byte : bytes.substr(at, static_cast<std::size_t>(length)))
    number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

std::size_t find_box(std::string_view bytes, std::initializer_list<std::string_view> path) {
  std::size_t begin = 0;
  std::size_t end = bytes.size();
  std::size_t found = std::string_view::npos;
  for (const std::string_view name : path) {
    found = std::string_view::npos;
    for (std::size_t at = begin; at + 8 <= end && found == std::string_view::npos;) {
      const auto size = static_cast<std::size_t>(number_at(bytes, at, 4));
      if (bytes.substr(at + 4, 4) == name) found = at;
      if (size < 8) break;
      if (found == std::string_view::npos) at += size;
    }
    if (found == std::string_view::npos) return found;
    begin = found + 8;
    end = found + static_cast<std::size_t>(number_at(bytes, found, 4));
  }
  return found;
}

void overwrite(std::string& bytes, std::size_t at, std::string_view with) {
  bytes.replace(at, with.size(), with);
}

void set_declared_durations(std::string& bytes, std::uint32_t seconds) {
  const auto movie = find_box(bytes, {"moov", "mvhd"});
  const auto track = find_box(bytes, {"moov", "trak", "tkhd"});
  const auto media = find_box(bytes, {"moov", "trak", "mdia", "mdhd"});
  // Version 0: creation, modification, then time scale and duration, or track, reserved, duration.
  const auto movie_scale = number_at(bytes, movie + 20, 4);
  overwrite(bytes, movie + 24, big_endian(seconds * movie_scale, 4));
  overwrite(bytes, track + 28, big_endian(seconds * movie_scale, 4));
  overwrite(bytes, media + 24, big_endian(seconds * number_at(bytes, media + 20, 4), 4));
}

void set_matrix(std::string& bytes, std::initializer_list<std::int32_t> matrix) {
  std::size_t at = find_box(bytes, {"moov", "trak", "tkhd"}) + 48;
  for (const std::int32_t value : matrix) {
    overwrite(bytes, at, big_endian(static_cast<std::uint32_t>(value), 4));
    at += 4;
  }
}

namespace {

std::string zeros(std::size_t count) { return std::string(count, '\0'); }

std::string unit_matrix() {
  return big_endian(0x10000, 4) + zeros(12) + big_endian(0x10000, 4) + zeros(12) +
         big_endian(0x40000000, 4);
}

// A sample entry of 160 × 120 without parameter sets (ISO/IEC 14496-12 §12.1.3).
std::string avc_entry() {
  return box("avc1", zeros(6) + big_endian(1, 2) + zeros(16) + big_endian(160, 2) +
                         big_endian(120, 2) + big_endian(0x480000, 4) + big_endian(0x480000, 4) +
                         zeros(4) + big_endian(1, 2) + zeros(32) + big_endian(24, 2) + "\xff\xff");
}

}  // namespace

std::string mp4_claiming(std::uint32_t samples) {
  const auto table =
      full_box("stsd", big_endian(1, 4) + avc_entry()) +
      full_box("stts", big_endian(1, 4) + big_endian(samples, 4) + big_endian(1, 4)) +
      full_box("stsc",
               big_endian(1, 4) + big_endian(1, 4) + big_endian(samples, 4) + big_endian(1, 4)) +
      full_box("stsz", big_endian(1, 4) + big_endian(samples, 4)) +
      full_box("stco", big_endian(1, 4) + big_endian(32, 4));
  const auto media_info =
      full_box("vmhd", zeros(8), 1) +
      box("dinf", full_box("dref", big_endian(1, 4) + full_box("url ", "", 1))) +
      box("stbl", table);
  const auto media =
      full_box("mdhd", zeros(8) + big_endian(25, 4) + zeros(4) + "\x55\xc4" + zeros(2)) +
      full_box("hdlr", zeros(4) + "vide" + zeros(13)) + box("minf", media_info);
  const auto track = full_box("tkhd",
                              zeros(8) + big_endian(1, 4) + zeros(8) + zeros(16) + unit_matrix() +
                                  big_endian(160 << 16, 4) + big_endian(120 << 16, 4),
                              3) +
                     box("mdia", media);
  const auto movie =
      full_box("mvhd", zeros(8) + big_endian(1000, 4) + zeros(4) + big_endian(0x10000, 4) +
                           big_endian(0x100, 2) + zeros(10) + unit_matrix() + zeros(24) +
                           big_endian(2, 4)) +
      box("trak", track);
  return box("ftyp", "isom" + big_endian(512, 4) + "isommp42") + box("moov", movie) +
         box("mdat", zeros(64));
}

}  // namespace weike::media::test
