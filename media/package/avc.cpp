#include "media/package/avc.hpp"

namespace weike::media {
namespace {

// The offset of the next 00 00 01 at or after `from`, or the size of the stream.
std::size_t find_start_code(std::span<const std::byte> stream, std::size_t from) {
  for (std::size_t i = from; i + 3 <= stream.size(); ++i) {
    if (stream[i] == std::byte{0} && stream[i + 1] == std::byte{0} && stream[i + 2] == std::byte{1})
      return i;
  }
  return stream.size();
}

std::size_t read_number(std::span<const std::byte> bytes) {
  std::size_t value = 0;
  for (const std::byte each : bytes) value = value << 8 | std::to_integer<std::size_t>(each);
  return value;
}

// Takes the one parameter set that must stand at the front of `rest`, with its count before it.
bool take_set(std::span<const std::byte>& rest, int count_mask, Bytes& set) {
  if (rest.size() < 3 || (std::to_integer<int>(rest.front()) & count_mask) != 1) return false;
  const std::size_t size = read_number(rest.subspan(1, 2));
  if (size == 0 || rest.size() - 3 < size) return false;
  set.assign(rest.begin() + 3, rest.begin() + 3 + static_cast<std::ptrdiff_t>(size));
  rest = rest.subspan(3 + size);
  return true;
}

}  // namespace

NalType nal_type(std::span<const std::byte> unit) {
  return static_cast<NalType>(std::to_integer<int>(unit.front()) & 0x1f);
}

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
    if (nal_type(unit) == NalType::sequence && found.sps.empty())
      found.sps.assign(unit.begin(), unit.end());
    if (nal_type(unit) == NalType::picture_set && found.pps.empty())
      found.pps.assign(unit.begin(), unit.end());
  }
  return found;
}

Bytes to_sample(std::span<const std::byte> stream) { return to_sample(split_nal_units(stream)); }

Bytes to_sample(const std::vector<std::span<const std::byte>>& units) {
  BoxWriter sample;
  for (const auto unit : units) {
    const NalType type = nal_type(unit);
    if (type != NalType::slice && type != NalType::idr_slice) continue;
    sample.u32(unit.size());
    sample.bytes(unit);
  }
  return sample.take();
}

std::optional<AvcConfig> read_avc_config(std::span<const std::byte> record) {
  if (record.size() < 6 || record.front() != std::byte{1}) return std::nullopt;
  AvcConfig config;
  config.length_bytes = (std::to_integer<int>(record[4]) & 3) + 1;
  auto rest = record.subspan(5);
  const bool is_sound = take_set(rest, 0x1f, config.sets.sps) &&
                        take_set(rest, 0xff, config.sets.pps) && config.sets.sps.size() >= 4;
  if (!is_sound || nal_type(config.sets.sps) != NalType::sequence ||
      nal_type(config.sets.pps) != NalType::picture_set)
    return std::nullopt;
  return config;
}

std::optional<std::vector<std::span<const std::byte>>> split_sample(
    std::span<const std::byte> sample, int length_bytes) {
  std::vector<std::span<const std::byte>> units;
  const auto width = static_cast<std::size_t>(length_bytes);
  while (!sample.empty()) {
    if (sample.size() < width) return std::nullopt;
    const std::size_t size = read_number(sample.first(width));
    sample = sample.subspan(width);
    if (size == 0 || size > sample.size()) return std::nullopt;
    units.push_back(sample.first(size));
    sample = sample.subspan(size);
  }
  return units;
}

}  // namespace weike::media
