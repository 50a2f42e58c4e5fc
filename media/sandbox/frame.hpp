#pragma once

#include "model/error.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// How a child tells what it made: frames on a pipe. A frame is "WKF1", type (1 byte), length of the
// name (1), two zero bytes, size of the content (4, big-endian), SHA-256 of the content (32), the
// name, the content.
namespace weike::media {

enum class FrameType : std::uint8_t {
  output = 1,    // A finished file, by name.
  progress = 2,  // Done and total frames, 8 bytes each, big-endian.
  result = 3,    // The task's JSON; the last frame.
  failure = 4,   // {"code", "reason", "message"}; the last frame.
  notes = 5,     // The observation of the segment of that name, as JSON; ahead of its output.
};

struct Frame {
  FrameType type = FrameType::progress;
  std::string name;
  std::vector<std::byte> content;
};

constexpr std::size_t kMaxOutputBytes = std::size_t{32} << 20;
constexpr std::size_t kMaxReportBytes = std::size_t{1} << 20;  // Of every other frame.

// Writes all of a frame to `descriptor`; false when the other end is gone.
bool write_frame(int descriptor, FrameType type, std::string_view name,
                 std::span<const std::byte> content);

std::vector<std::byte> progress_content(std::int64_t done, std::int64_t total);

// Cuts a byte stream from a child into frames. Every byte of it may be a lie, so nothing is
// allocated on the strength of a header beyond the limits above. One thread at a time.
class FrameReader {
 public:
  void feed(std::span<const std::byte> bytes);
  // The next whole frame, its hash checked; nothing if more bytes are needed. `corrupt` for
  // anything that is no frame; the stream is of no use from there on.
  Result<std::optional<Frame>> next();
  bool is_empty() const { return begin_ == buffer_.size(); }

 private:
  std::vector<std::byte> buffer_;
  std::size_t begin_ = 0;  // What lies before was handed out.
};

}  // namespace weike::media
