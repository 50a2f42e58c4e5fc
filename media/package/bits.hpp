#pragma once

#include "media/package/box_writer.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace weike::media {

// Reads single bits, the highest of each byte first. Past the end it reads zeros and says so.
class BitReader {
 public:
  explicit BitReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::uint32_t bit();
  std::uint32_t bits(int count);  // At most 32.
  // Exp-Golomb codes as H.264 writes them (ITU-T H.264, 9.1).
  std::uint32_t unsigned_golomb();
  std::int32_t signed_golomb();
  bool has_overrun() const { return has_overrun_; }

 private:
  std::span<const std::byte> bytes_;
  std::size_t position_ = 0;  // In bits.
  bool has_overrun_ = false;
};

// Writes single bits, the highest of each byte first.
class BitWriter {
 public:
  void bits(std::uint32_t value, int count);
  // Fills the last byte with zeros.
  Bytes take() { return std::move(bytes_); }

 private:
  Bytes bytes_;
  int free_ = 0;  // Bits of the last byte.
};

}  // namespace weike::media
