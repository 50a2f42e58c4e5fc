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

// Eight bytes at once, by the high bit that a borrow leaves in each: below 0x20, or 0x7F. May take
// a byte above one that is found for another; the caller looks again.
bool may_have_control(std::uint64_t eight) {
  constexpr std::uint64_t kEach = 0x0101010101010101U;
  const std::uint64_t from_del = eight ^ (kEach * 0x7F);
  const std::uint64_t below = (eight - kEach * 0x20) & ~eight;
  const std::uint64_t del = (from_del - kEach) & ~from_del;
  return ((below | del) & (kEach * 0x80)) != 0;
}

bool has_control(std::string_view text) {
  while (text.size() >= sizeof(std::uint64_t)) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, text.data(), sizeof eight);
    const std::string_view part = text.substr(0, sizeof eight);
    if (may_have_control(eight) && std::any_of(part.begin(), part.end(), is_control)) return true;
    text.remove_prefix(sizeof eight);
  }
  return std::any_of(text.begin(), text.end(), is_control);
}

}  // namespace

HeadScan scan_head(std::string_view bytes) {
  HeadScan scan;
  while (scan.skipped < 2 * kMaxEmptyLines && bytes.substr(scan.skipped).starts_with("\r\n")) {
    scan.skipped += 2;
  }
  std::size_t line = scan.skipped;
  while (true) {
    const std::size_t newline = bytes.find('\n', line);
    const std::size_t end = std::min(newline, bytes.size());
    // A carriage return may end the line.
    const bool has_return = end > line && bytes[end - 1] == '\r';
    if (has_control(bytes.substr(line, end - line - (has_return ? 1 : 0)))) {
      scan.state = HeadScan::State::malformed;
      return scan;
    }
    const bool is_folded =
        line > scan.skipped && line < end && (bytes[line] == ' ' || bytes[line] == '\t');
    const bool is_bare =
        newline != std::string_view::npos && (newline == line || bytes[newline - 1] != '\r');
    if (is_folded || is_bare) {
      scan.state = HeadScan::State::malformed;
      return scan;
    }
    if (newline == std::string_view::npos) return scan;
    if (newline == line + 1) {
      const bool has_request_line = line > scan.skipped;
      scan.state = has_request_line ? HeadScan::State::complete : HeadScan::State::malformed;
      scan.end = newline + 1;
      return scan;
    }
    line = newline + 1;
  }
}

}  // namespace weike::server
