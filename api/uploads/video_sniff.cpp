#include "api/uploads/video_sniff.hpp"

#include "api/http/message.hpp"

#include <algorithm>
#include <array>

namespace weike::uploads {
namespace {

using namespace std::string_view_literals;

// Magic numbers at the start of what people send by mistake or malice.
constexpr std::array kOtherFiles = std::to_array<std::string_view>({
    "#EXTM3U"sv,
    "ffconcat"sv,
    "PK\x03\x04"sv,
    "PK\x05\x06"sv,
    "%PDF"sv,
    "%!PS"sv,
    "\x89PNG\r\n\x1a\n"sv,
    "\xff\xd8\xff"sv,
    "GIF87a"sv,
    "GIF89a"sv,
    "II*\0"sv,
    "MM\0*"sv,
    "\x1f\x8b"sv,
    "BZh"sv,
    "\xfd"sv
    "7zXZ\0"sv,
    "7z\xbc\xaf\x27\x1c"sv,
    "Rar!\x1a\x07"sv,
    "\x28\xb5\x2f\xfd"sv,
    "\x7f"
    "ELF"sv,
    "MZ\x90\0"sv,
    "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv,
    "SQLite format 3\0"sv,
    "ID3"sv,
    "fLaC"sv,
    "#!AMR"sv,
    "\xff\xfe"sv,
    "\xfe\xff"sv,
    "{\\rtf"sv,
    "<?xml"sv,
    "<!DOCTYPE"sv,
    "<html"sv,
    "<svg"sv,
});

constexpr std::array kVideoFiles = std::to_array<std::string_view>({
    "\x1a\x45\xdf\xa3"sv,  // EBML: Matroska, WebM
    "FLV\x01"sv, "OggS"sv, ".RMF"sv,
    "\x30\x26\xb2\x75\x8e\x66\xcf\x11"sv,        // ASF, WMV
    "\x00\x00\x01\xba"sv, "\x00\x00\x01\xb3"sv,  // MPEG program and video streams
    "\x06\x0e\x2b\x34\x02\x05\x01\x01"sv,        // MXF
});

// The first boxes of ISO base media files and of QuickTime's (ISO/IEC 14496-12 §4.2).
constexpr std::array kFirstBoxes = std::to_array<std::string_view>(
    {"ftyp", "styp", "moov", "mdat", "free", "skip", "wide", "pnot", "uuid"});
constexpr std::array kImageBrands =
    std::to_array<std::string_view>({"heic", "heix", "heim", "heis", "mif1", "avif"});

constexpr std::array kOtherExtensions = std::to_array<std::string_view>({
    "txt", "md",       "csv", "json", "xml",  "html", "htm",  "js",   "css",  "svg", "m3u",  "m3u8",
    "mpd", "ffconcat", "srt", "vtt",  "ass",  "zip",  "rar",  "7z",   "gz",   "tar", "exe",  "dll",
    "apk", "sh",       "pdf", "doc",  "docx", "xls",  "xlsx", "ppt",  "pptx", "jpg", "jpeg", "png",
    "gif", "webp",     "bmp", "heic", "avif", "mp3",  "wav",  "flac", "aac",  "m4a", "wma",  "amr",
});

template <class Words>
bool contains(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

template <class Prefixes>
bool starts_with_any(const Prefixes& prefixes, std::string_view head) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view prefix) { return head.starts_with(prefix); });
}

// Packets of 188 bytes (or 192 with a time code in front), each starting with 0x47.
bool is_transport_stream(std::string_view head) {
  for (const auto& [first, step] : {std::pair<std::size_t, std::size_t>{0, 188}, {4, 192}}) {
    if (head.size() > first + 2 * step && head[first] == 'G' && head[first + step] == 'G' &&
        head[first + 2 * step] == 'G') {
      return true;
    }
  }
  return false;
}

bool is_text(std::string_view head) {
  return std::all_of(head.begin(), head.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 || byte == '\n' || byte == '\r' || byte == '\t' || byte == '\f' ||
           byte == 0x1b;
  });
}

std::string_view without_byte_order_mark(std::string_view head) {
  if (head.starts_with("\xef\xbb\xbf")) head.remove_prefix(3);
  const auto start = head.find_first_not_of(" \t\r\n");
  return start == std::string_view::npos ? head : head.substr(start);
}

}  // namespace

Sniffed sniff(std::string_view head, bool is_all) {
  head = head.substr(0, kSniffBytes);
  const auto type = head.size() >= 12 ? head.substr(4, 4) : std::string_view{};
  if (contains(kFirstBoxes, type)) {
    const bool is_image = type == "ftyp" && contains(kImageBrands, head.substr(8, 4));
    return is_image ? Sniffed::not_video : Sniffed::video;
  }
  if (head.starts_with("RIFF") && head.size() >= 12) {
    return head.substr(8, 4) == "AVI " ? Sniffed::video : Sniffed::not_video;
  }
  if (starts_with_any(kVideoFiles, head) || is_transport_stream(head)) return Sniffed::video;
  if (starts_with_any(kOtherFiles, head)) return Sniffed::not_video;
  if (starts_with_any(kOtherFiles, without_byte_order_mark(head))) return Sniffed::not_video;
  if (is_all && is_text(head)) return Sniffed::not_video;
  return Sniffed::unknown;
}

Result<> check_declared_type(std::string_view file_type, std::string_view file_name) {
  Error refused{ErrorCode::unsupported_type, "declared as something else than a video",
                "not_a_video"};
  const auto type = file_type.substr(0, file_type.find(';'));
  const bool says_nothing =
      type.empty() || http::equal_ignoring_case(type, "application/octet-stream");
  const bool is_video = http::equal_ignoring_case(type.substr(0, 6), "video/") ||
                        http::equal_ignoring_case(type, "application/mp4") ||
                        http::equal_ignoring_case(type, "application/mxf");
  if (!says_nothing && !is_video) return refused;
  const auto dot = file_name.rfind('.');
  if (dot == std::string_view::npos) return {};
  std::string extension(file_name.substr(dot + 1));
  for (auto& c : extension) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  if (contains(kOtherExtensions, extension)) return refused;
  return {};
}

}  // namespace weike::uploads
