#include "server/net/head_scan.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace weike::server {
namespace {

constexpr std::size_t kMaxEmptyLines = 4;

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7F;
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// Eight bytes at once, by the high bit that a borrow leaves in each: below 0x20, or 0x7F. May take
// a byte above one that is found for another; the caller looks again.
bool may_have_control(std::uint64_t eight) {
  constexpr std::uint64_t kEach = 0x0101010101010101U;
  const std::uint64_t from_del = eight ^ (kEach * 0x7F);
  const std::uint64_t below = (eight - kEach * 0x20) & ~eight;
  const std::uint64_t del = (from_del - kEach) & ~from_del;
  return ((below | del) & (kEach * 0x80)) != 0;
}

// The first at `from` or behind it; the size of `text` if there is none.
std::size_t find_control(std::string_view text, std::size_t from) {
  while (text.size() - from >= sizeof(std::uint64_t)) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, text.data() + from, sizeof eight);
    if (may_have_control(eight)) {
      const auto* const begin = text.data() + from;
      const auto* const found = std::find_if(begin, begin + sizeof eight, is_control);
      if (found != begin + sizeof eight) return static_cast<std::size_t>(found - text.data());
    }
    from += sizeof eight;
  }
  while (from < text.size() && !is_control(text[from])) ++from;
  return from;
}

}  // namespace

HeadScan scan_head(std::string_view bytes) {
  HeadScan scan;
  while (scan.skipped < 2 * kMaxEmptyLines && bytes.substr(scan.skipped).starts_with("\r\n")) {
    scan.skipped += 2;
  }
  std::size_t line = scan.skipped;
  while (true) {
    const bool is_first = line == scan.skipped;
    const bool is_folded = !is_first && line < bytes.size() && is_blank(bytes[line]);
    const std::size_t end = find_control(bytes, line);
    // Only a line's end is a control character, and it is whole.
    const std::string_view line_end = bytes.substr(end, 2);
    if (is_folded || !std::string_view("\r\n").starts_with(line_end)) {
      scan.state = HeadScan::State::malformed;
      return scan;
    }
    if (line_end.size() < 2) return scan;
    if (end == line) {
      scan.state = is_first ? HeadScan::State::malformed : HeadScan::State::complete;
      scan.end = end + 2;
      return scan;
    }
    line = end + 2;
  }
}

}  // namespace weike::server
