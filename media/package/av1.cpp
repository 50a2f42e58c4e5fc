#include "media/package/av1.hpp"

#include "media/package/bits.hpp"

#include <bit>

namespace weike::media {
namespace {

constexpr std::uint32_t kLevelIndex = 5;  // Level 3.1 (AV1 specification, A.3).

enum class ObuType : unsigned { sequence_header = 1, temporal_delimiter = 2, padding = 15 };

constexpr std::uint32_t kHasSize = 0x2;
constexpr std::uint32_t kHasExtension = 0x4;

// A number in seven bits a byte, the lowest first (4.10.5); takes it from the front.
std::optional<std::size_t> take_leb128(std::span<const std::byte>& from) {
  std::size_t value = 0;
  for (unsigned i = 0; i < 8 && !from.empty(); ++i) {
    const auto byte = std::to_integer<std::size_t>(from.front());
    from = from.subspan(1);
    value |= (byte & 0x7f) << (7 * i);
    if ((byte & 0x80) == 0) return value;
  }
  return std::nullopt;
}

}  // namespace

// sequence_header_obu() of the AV1 specification, 5.5.
Bytes av1_sequence_header(int width, int height) {
  const auto last_column = static_cast<std::uint32_t>(width - 1);
  const auto last_row = static_cast<std::uint32_t>(height - 1);
  const auto width_bits = static_cast<int>(std::bit_width(last_column));
  const auto height_bits = static_cast<int>(std::bit_width(last_row));
  BitWriter out;
  out.bits(0, 3);   // Main profile;
  out.bits(0, 2);   // no still picture,
  out.bits(0, 2);   // neither timing nor display delay,
  out.bits(0, 17);  // one operating point with all layers,
  out.bits(kLevelIndex, 5);
  out.bits(static_cast<std::uint32_t>(width_bits - 1), 4);
  out.bits(static_cast<std::uint32_t>(height_bits - 1), 4);
  out.bits(last_column, width_bits);
  out.bits(last_row, height_bits);
  out.bits(0, 1);      // No frame ids;
  out.bits(0, 7);      // of the tools from large superblocks to dual filters none,
  out.bits(1, 1);      // but the order hint,
  out.bits(0b01, 2);   // motion vectors of reference frames without joint compound,
  out.bits(0b11, 2);   // and screen content tools chosen frame by frame.
  out.bits(7 - 1, 3);  // Bits of the order hint.
  out.bits(0, 3);      // No super-resolution, CDEF nor restoration.
  out.bits(0b00, 2);   // Eight bits, in colour.
  out.bits(1, 1);
  for (int i = 0; i < 3; ++i) out.bits(1, 8);  // BT.709 primaries, transfer, matrix.
  out.bits(0, 1);                              // Limited range.
  out.bits(0b01, 2);                           // Chroma samples stand left, as in H.264.
  out.bits(0b00, 2);                           // No separate chroma quantizers, no film grain.
  out.bits(1, 1);                              // The trailing one (5.3.4).
  const Bytes payload = out.take();

  BoxWriter unit;
  unit.u8(static_cast<std::uint64_t>(ObuType::sequence_header) << 3 | kHasSize);
  unit.u8(payload.size());  // Always below 128 here.
  unit.bytes(payload);
  return unit.take();
}

Bytes av1_configuration(const VideoRung& rung) {
  BoxWriter out;
  out.u8(0x81);         // Version 1.
  out.u8(kLevelIndex);  // Main profile.
  out.u8(0b00001101);   // Main tier, eight bits, 4:2:0, chroma samples left.
  out.u8(0);            // No presentation delay is told.
  out.bytes(av1_sequence_header(rung.width, rung.height));
  return out.take();
}

std::optional<Bytes> to_av1_sample(std::span<const std::byte> unit) {
  BoxWriter sample;
  while (!unit.empty()) {
    const auto obu = unit;
    const auto head = std::to_integer<std::uint32_t>(unit.front());
    const bool has_extension = (head & kHasExtension) != 0;
    if ((head & kHasSize) == 0 || unit.size() < 2U + has_extension) return std::nullopt;
    unit = unit.subspan(has_extension ? 2 : 1);
    const auto size = take_leb128(unit);
    if (!size || *size > unit.size()) return std::nullopt;
    unit = unit.subspan(*size);
    const auto type = static_cast<ObuType>(head >> 3 & 0xf);
    if (type != ObuType::temporal_delimiter && type != ObuType::padding)
      sample.bytes(obu.first(obu.size() - unit.size()));
  }
  return sample.take();
}

}  // namespace weike::media
