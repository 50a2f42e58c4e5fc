#include "media/package/avc_sequence.hpp"

#include "media/package/bits.hpp"

#include <algorithm>
#include <array>

namespace weike::media {
namespace {

// Profiles whose parameter sets tell the chroma format.
constexpr std::array kHighProfiles{100U, 110U, 122U, 244U, 44U,  83U, 86U,
                                   118U, 128U, 138U, 139U, 134U, 135U};
constexpr std::uint32_t kExtendedSamples = 255;
constexpr std::uint32_t kLargestSide = 1U << 14;

// The bytes without those that keep start codes from appearing (7.4.1.1).
Bytes without_emulation_prevention(std::span<const std::byte> unit) {
  Bytes plain;
  int zeros = 0;
  for (const std::byte each : unit) {
    const bool is_inserted = zeros >= 2 && each == std::byte{3};
    zeros = each == std::byte{0} ? zeros + 1 : 0;
    if (!is_inserted) plain.push_back(each);
  }
  return plain;
}

void skip_scaling_list(BitReader& in, int size) {
  std::int32_t last = 8;
  for (int i = 0; i < size; ++i) {
    const std::int32_t step = std::clamp(in.signed_golomb(), -128, 127);
    const std::int32_t next = (last + step + 256) % 256;
    if (next == 0) return;
    last = next;
  }
}

void read_high_profile(BitReader& in, AvcSequence& sequence) {
  const std::uint32_t chroma = in.unsigned_golomb();
  sequence.chroma_format = static_cast<int>(std::min(chroma, 4U));
  if (chroma == 3) in.bit();
  const std::uint32_t luma_depth = in.unsigned_golomb();
  const std::uint32_t chroma_depth = in.unsigned_golomb();
  sequence.bit_depth = 8 + static_cast<int>(std::min(std::max(luma_depth, chroma_depth), 8U));
  in.bit();
  if (in.bit() == 0) return;
  const int lists = chroma == 3 ? 12 : 8;
  for (int i = 0; i < lists; ++i) {
    if (in.bit() == 1) skip_scaling_list(in, i < 6 ? 16 : 64);
  }
}

void skip_picture_order(BitReader& in) {
  const std::uint32_t type = in.unsigned_golomb();
  if (type == 0) in.unsigned_golomb();
  if (type != 1) return;
  in.bit();
  in.signed_golomb();
  in.signed_golomb();
  const std::uint32_t count = std::min(in.unsigned_golomb(), 255U);
  for (std::uint32_t i = 0; i < count && !in.has_overrun(); ++i) in.signed_golomb();
}

bool read_size(BitReader& in, AvcSequence& sequence) {
  const std::uint32_t columns = in.unsigned_golomb() + 1;
  const std::uint32_t rows = in.unsigned_golomb() + 1;
  sequence.has_frames_only = in.bit() == 1;
  if (!sequence.has_frames_only) in.bit();
  in.bit();
  const std::uint32_t fields = sequence.has_frames_only ? 1 : 2;
  if (columns > kLargestSide / 16 || rows > kLargestSide / 16) return false;
  std::uint32_t cropped_columns = 0;
  std::uint32_t cropped_rows = 0;
  if (in.bit() == 1) {
    const std::uint32_t step_x =
        sequence.chroma_format == 1 || sequence.chroma_format == 2 ? 2U : 1U;
    const std::uint32_t step_y = (sequence.chroma_format == 1 ? 2U : 1U) * fields;
    const auto read_edge = [&] { return std::min(in.unsigned_golomb(), kLargestSide); };
    cropped_columns = step_x * read_edge();
    cropped_columns += step_x * read_edge();
    cropped_rows = step_y * read_edge();
    cropped_rows += step_y * read_edge();
  }
  if (cropped_columns >= columns * 16 || cropped_rows >= rows * 16 * fields) return false;
  sequence.width = static_cast<int>(columns * 16 - cropped_columns);
  sequence.height = static_cast<int>(rows * 16 * fields - cropped_rows);
  return true;
}

void read_usability(BitReader& in, AvcSequence& sequence) {
  if (in.bit() == 1) {
    const std::uint32_t index = in.bits(8);
    // Index 1 is square, 0 says nothing.
    sequence.has_square_samples = index <= 1;
    if (index == kExtendedSamples) {
      const std::uint32_t width = in.bits(16);
      sequence.has_square_samples = width == in.bits(16);
    }
  }
  if (in.bit() == 1) in.bit();  // Overscan.
  if (in.bit() == 0) return;
  in.bits(3);
  sequence.is_full_range = in.bit() == 1;
  if (in.bit() == 0) return;
  sequence.primaries = static_cast<int>(in.bits(8));
  sequence.transfer = static_cast<int>(in.bits(8));
  sequence.matrix = static_cast<int>(in.bits(8));
}

}  // namespace

std::optional<AvcSequence> read_sequence(std::span<const std::byte> unit) {
  if (unit.size() < 5) return std::nullopt;
  const Bytes plain = without_emulation_prevention(unit.subspan(1));
  BitReader in(plain);
  AvcSequence sequence;
  const std::uint32_t profile = in.bits(8);
  sequence.profile = static_cast<int>(profile);
  sequence.constraints = static_cast<int>(in.bits(8));
  sequence.level = static_cast<int>(in.bits(8));
  in.unsigned_golomb();
  if (std::find(kHighProfiles.begin(), kHighProfiles.end(), profile) != kHighProfiles.end())
    read_high_profile(in, sequence);
  in.unsigned_golomb();
  skip_picture_order(in);
  in.unsigned_golomb();
  in.bit();
  if (!read_size(in, sequence)) return std::nullopt;
  if (in.bit() == 1) read_usability(in, sequence);
  if (in.has_overrun()) return std::nullopt;
  return sequence;
}

}  // namespace weike::media
