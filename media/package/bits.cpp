#include "media/package/bits.hpp"

namespace weike::media {

std::uint32_t BitReader::bit() {
  const std::size_t index = position_ / 8;
  if (index >= bytes_.size()) {
    has_overrun_ = true;
    return 0;
  }
  const auto shift = 7 - position_++ % 8;
  return (std::to_integer<std::uint32_t>(bytes_[index]) >> shift) & 1U;
}

std::uint32_t BitReader::bits(int count) {
  std::uint32_t value = 0;
  for (int i = 0; i < count; ++i) value = value << 1 | bit();
  return value;
}

std::uint32_t BitReader::unsigned_golomb() {
  int zeros = 0;
  while (bit() == 0) {
    if (has_overrun_ || ++zeros > 31) {
      has_overrun_ = true;
      return 0;
    }
  }
  return (1U << zeros) - 1 + bits(zeros);
}

std::int32_t BitReader::signed_golomb() {
  const std::uint32_t code = unsigned_golomb();
  const auto magnitude = static_cast<std::int32_t>((code >> 1) + (code & 1U));
  return (code & 1U) != 0 ? magnitude : -magnitude;
}

void BitWriter::bits(std::uint32_t value, int count) {
  while (count-- > 0) {
    if (free_ == 0) {
      bytes_.push_back(std::byte{0});
      free_ = 8;
    }
    --free_;
    bytes_.back() |= static_cast<std::byte>(((value >> count) & 1U) << free_);
  }
}

}  // namespace weike::media
