#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

// Reads the boxes of ISO/IEC 14496-12 out of bytes that nobody vouches for: whatever they say,
// nothing outside of the span is touched.
namespace weike::media {

// Numbers in a row, big-endian. Behind the end everything is zero and `is_fine` is false.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() { return number(8); }
  void skip(std::size_t count);
  std::size_t left() const { return bytes_.size() - at_; }
  bool is_fine() const { return is_fine_; }

 private:
  std::uint64_t number(std::size_t width);

  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
  bool is_fine_ = true;
};

// Where a box stands in its file; the file may go on behind what was read of it.
struct BoxHead {
  std::string_view type;  // Four characters; a view into the bytes read.
  std::uint64_t offset = 0;
  std::uint64_t body_offset = 0;
  std::uint64_t end = 0;
};

// The head of the box at `offset` of a file of `file_bytes`, of which `bytes` are the first.
// Nothing if it does not stand in `bytes`, or if the box would not fit into the file.
std::optional<BoxHead> read_box_head(std::span<const std::byte> bytes, std::uint64_t offset,
                                     std::uint64_t file_bytes);

// The one box of that type among boxes in a row: its body, or with its head. Nothing if there is
// none or more than one, or if the row is malformed.
std::optional<std::span<const std::byte>> find_body(std::span<const std::byte> boxes,
                                                    std::string_view type);
std::optional<std::span<const std::byte>> find_box(std::span<const std::byte> boxes,
                                                   std::string_view type);

}  // namespace weike::media
