#include "media/probe/completeness.hpp"

#include <string_view>

namespace weike::media {
namespace {

constexpr int kMaxElements = 64;

unsigned char byte_of(const std::string& bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

// An EBML number (RFC 8794 §4) at `at`: its length in bytes, 0 if there is none, and its value.
struct EbmlNumber {
  std::size_t length = 0;
  std::uint64_t value = 0;
  bool is_unknown = false;  // All ones: the size was not known when it was written.
};

EbmlNumber ebml_number(const std::string& bytes, std::size_t at, bool keeps_marker) {
  EbmlNumber number;
  if (at >= bytes.size() || byte_of(bytes, at) == 0) return number;
  const unsigned char first = byte_of(bytes, at);
  std::size_t length = 1;
  while (!(first & (0x80U >> (length - 1)))) ++length;
  if (at + length > bytes.size()) return number;
  const unsigned mask = keeps_marker ? 0xFFU : (0xFFU >> length);
  number.value = first & mask;
  for (std::size_t i = 1; i < length; ++i)
    number.value = number.value << 8 | byte_of(bytes, at + i);
  number.length = length;
  number.is_unknown = number.value == (std::uint64_t{1} << (7 * length)) - 1;
  return number;
}

bool is_matroska_cut(const Source& source) {
  constexpr std::uint64_t kSegment = 0x18538067;
  std::int64_t offset = 0;
  for (int i = 0; i < kMaxElements; ++i) {
    const std::string head = source.bytes_at(offset);
    const EbmlNumber id = ebml_number(head, 0, true);
    const EbmlNumber size = ebml_number(head, id.length, false);
    if (id.length == 0 || size.length == 0 || size.is_unknown) return false;
    const std::int64_t content = offset + static_cast<std::int64_t>(id.length + size.length);
    const std::int64_t left = source.size_bytes() - content;
    const bool reaches_out = left < 0 || size.value > static_cast<std::uint64_t>(left);
    if (reaches_out || id.value == kSegment) return reaches_out;
    offset = content + static_cast<std::int64_t>(size.value);
  }
  return false;
}

bool is_avi_cut(const Source& source) {
  std::int64_t offset = 0;
  for (int i = 0; i < kMaxElements; ++i) {
    const std::string head = source.bytes_at(offset);
    if (head.size() < 8 || !std::string_view(head).starts_with("RIFF")) return false;
    std::int64_t size = 0;
    for (std::size_t at = 8; at-- > 4;) size = size << 8 | byte_of(head, at);
    if (size == 0) return false;  // A recorder that was switched off; the index was never written.
    offset += 8 + size + size % 2;
    if (offset - size % 2 > source.size_bytes()) return true;
  }
  return false;
}

}  // namespace

bool is_shorter_than_declared(const Source& source) {
  const std::string_view container = source.container();
  if (container == "matroska") return is_matroska_cut(source);
  return container == "avi" && is_avi_cut(source);
}

}  // namespace weike::media
