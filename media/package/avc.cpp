#include "media/package/avc.hpp"

namespace weike::media {
namespace {

enum class NalType : int { slice = 1, idr_slice = 5, sps = 7, pps = 8 };

NalType type_of(std::span<const std::byte> unit) {
  return static_cast<NalType>(std::to_integer<int>(unit.front()) & 0x1f);
}

// The offset of the next 00 00 01 at or after `from`, or the size of the stream.
std::size_t find_start_code(std::span<const std::byte> stream, std::size_t from) {
  for (std::size_t i = from; i + 3 <= stream.size(); ++i) {
    if (stream[i] == std::byte{0} && stream[i + 1] == std::byte{0} && stream[i + 2] == std::byte{1})
      return i;
  }
  return stream.size();
}

}  // namespace

std::vector<std::span<const std::byte>> split_nal_units(std::span<const std::byte> stream) {
  std::vector<std::span<const std::byte>> units;
  std::size_t code = find_start_code(stream, 0);
  while (code < stream.size()) {
    const std::size_t begin = code + 3;
    code = find_start_code(stream, begin);
    std::size_t end = code;
    while (end > begin && stream[end - 1] == std::byte{0}) --end;  // Zeros before a start code.
    if (end > begin) units.push_back(stream.subspan(begin, end - begin));
  }
  return units;
}

ParameterSets find_parameter_sets(std::span<const std::byte> stream) {
  ParameterSets found;
  for (const auto unit : split_nal_units(stream)) {
    if (type_of(unit) == NalType::sps && found.sps.empty())
      found.sps.assign(unit.begin(), unit.end());
    if (type_of(unit) == NalType::pps && found.pps.empty())
      found.pps.assign(unit.begin(), unit.end());
  }
  return found;
}

Bytes to_sample(std::span<const std::byte> stream) {
  BoxWriter sample;
  for (const auto unit : split_nal_units(stream)) {
    const NalType type = type_of(unit);
    if (type != NalType::slice && type != NalType::idr_slice) continue;
    sample.u32(unit.size());
    sample.bytes(unit);
  }
  return sample.take();
}

}  // namespace weike::media
