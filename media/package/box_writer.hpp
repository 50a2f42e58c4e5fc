#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace weike::media {

using Bytes = std::vector<std::byte>;

// Writes the boxes of ISO/IEC 14496-12, big-endian, nested by scope:
//   { BoxWriter::Box moov(writer, "moov"); ... }
class BoxWriter {
 public:
  // Opens a box; its size is written when the scope ends.
  class Box {
   public:
    Box(BoxWriter& writer, std::string_view type);
    Box(BoxWriter& writer, std::string_view type, std::uint8_t version, std::uint32_t flags);
    Box(const Box&) = delete;
    Box& operator=(const Box&) = delete;
    ~Box();

   private:
    BoxWriter& writer_;
    std::size_t start_;
  };

  void u8(std::uint64_t value) { number(value, 1); }
  void u16(std::uint64_t value) { number(value, 2); }
  void u24(std::uint64_t value) { number(value, 3); }
  void u32(std::uint64_t value) { number(value, 4); }
  void u64(std::uint64_t value) { number(value, 8); }
  void text(std::string_view characters);
  void bytes(std::span<const std::byte> data);
  void zeros(std::size_t count) { buffer_.resize(buffer_.size() + count); }

  std::size_t size() const { return buffer_.size(); }
  // Overwrites four bytes written before.
  void patch_u32(std::size_t offset, std::uint64_t value);
  Bytes take() { return std::move(buffer_); }

 private:
  void number(std::uint64_t value, int width);
  Bytes buffer_;
};

}  // namespace weike::media
