#include "api/http/ranges.hpp"

#include "api/http/field_list.hpp"
#include "api/http/message.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

namespace weike::http {
namespace {

// Digits only; a number beyond 64 bits is as good as the greatest.
std::optional<std::uint64_t> number_of(std::string_view digits) {
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  std::uint64_t number = 0;
  const auto error = std::from_chars(digits.data(), digits.data() + digits.size(), number).ec;
  if (error == std::errc::result_out_of_range) return std::numeric_limits<std::uint64_t>::max();
  return number;
}

// What one element of a byte-ranges specifier asks for.
struct Wanted {
  bool is_valid = false;
  ByteRange range;  // Of length 0: beyond the end.
};

Wanted wanted_of(std::string_view spec, std::uint64_t size_bytes) {
  const auto dash = spec.find('-');
  if (dash == std::string_view::npos) return {};
  const auto last = number_of(spec.substr(dash + 1));
  if (dash == 0) {  // "-500": the last 500 bytes.
    if (!last) return {};
    const auto length = std::min(*last, size_bytes);
    return {true, {size_bytes - length, length}};
  }
  const auto first = number_of(spec.substr(0, dash));
  const bool is_open = dash + 1 == spec.size();
  if (!first || (!is_open && !last) || (last && *last < *first)) return {};
  if (*first >= size_bytes) return {true, {}};
  const auto end = is_open ? size_bytes - 1 : std::min(*last, size_bytes - 1);
  return {true, {*first, end - *first + 1}};
}

// Puts the range where it was first asked for, made one with all that it overlaps or touches.
void add_range(std::vector<ByteRange>& ranges, ByteRange added) {
  auto place = ranges.size();
  for (std::size_t i = 0; i < ranges.size();) {
    const auto& other = ranges[i];
    const auto end = std::max(other.offset + other.length, added.offset + added.length);
    const auto begin = std::min(other.offset, added.offset);
    if (end - begin > other.length + added.length) {
      ++i;
      continue;
    }
    added = {begin, end - begin};
    ranges.erase(ranges.begin() + static_cast<std::ptrdiff_t>(i));
    place = std::min(place, i);
    i = 0;  // It has grown: those before may touch it now.
  }
  place = std::min(place, ranges.size());
  ranges.insert(ranges.begin() + static_cast<std::ptrdiff_t>(place), added);
}

RangeAnswer answer_single(const ByteRange& range) {
  if (range.length == 0) return {RangeAnswer::Kind::unsatisfiable, 0, 0};
  return {RangeAnswer::Kind::part, range.offset, range.length};
}

RangeAnswer answer_several(std::string_view specs, std::uint64_t size_bytes) {
  const RangeAnswer whole{RangeAnswer::Kind::whole, 0, size_bytes};
  std::vector<ByteRange> ranges;
  std::size_t count = 0;
  bool is_valid = true;
  for_each_element(specs, [&](std::string_view spec) {
    if (spec.empty() || !is_valid) return;  // Empty elements of a list mean nothing (§5.6.1).
    const auto wanted = wanted_of(spec, size_bytes);
    is_valid = wanted.is_valid && ++count <= kMaxRanges;
    if (is_valid && wanted.range.length > 0) add_range(ranges, wanted.range);
  });
  if (!is_valid) return whole;
  if (count == 0) return whole;
  if (ranges.empty()) return answer_single({});
  if (ranges.size() == 1) return answer_single(ranges.front());
  return {RangeAnswer::Kind::parts, 0, 0, std::move(ranges)};
}

}  // namespace

RangeAnswer answer_range(std::string_view range, std::string_view if_range,
                         const Validators& validators, std::uint64_t size_bytes) {
  const RangeAnswer whole{RangeAnswer::Kind::whole, 0, size_bytes};
  if (range.empty()) return whole;
  if (!if_range.empty() && !is_same_representation(if_range, validators)) return whole;
  const auto equals = range.find('=');
  if (equals == std::string_view::npos) return whole;
  if (!equal_ignoring_case(trimmed(range.substr(0, equals)), "bytes")) return whole;
  const auto specs = trimmed(range.substr(equals + 1));
  if (specs.find(',') != std::string_view::npos) return answer_several(specs, size_bytes);
  const auto wanted = wanted_of(specs, size_bytes);
  return wanted.is_valid ? answer_single(wanted.range) : whole;
}

std::string content_range(const ByteRange& range, std::uint64_t size_bytes) {
  return "bytes " + std::to_string(range.offset) + '-' +
         std::to_string(range.offset + range.length - 1) + '/' + std::to_string(size_bytes);
}

std::string content_range(const RangeAnswer& answer, std::uint64_t size_bytes) {
  if (answer.kind == RangeAnswer::Kind::unsatisfiable) {
    return "bytes */" + std::to_string(size_bytes);
  }
  return content_range(ByteRange{answer.offset, answer.length}, size_bytes);
}

}  // namespace weike::http
