#include "api/http/ranges.hpp"

#include "api/http/message.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

namespace weike::http {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

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

RangeAnswer part(std::uint64_t offset, std::uint64_t length) {
  return {RangeAnswer::Kind::part, offset, length};
}

}  // namespace

RangeAnswer answer_range(std::string_view range, std::string_view if_range, std::string_view etag,
                         std::uint64_t size_bytes) {
  const RangeAnswer whole{RangeAnswer::Kind::whole, 0, size_bytes};
  const RangeAnswer unsatisfiable{RangeAnswer::Kind::unsatisfiable, 0, 0};
  if (range.empty()) return whole;
  if (!if_range.empty() && (if_range != etag || etag.starts_with("W/"))) return whole;
  const auto equals = range.find('=');
  if (equals == std::string_view::npos) return whole;
  if (!equal_ignoring_case(trim(range.substr(0, equals)), "bytes")) return whole;
  const auto spec = trim(range.substr(equals + 1));
  const auto dash = spec.find('-');
  if (dash == std::string_view::npos) return whole;
  const auto last = number_of(spec.substr(dash + 1));
  if (dash == 0) {  // "-500": the last 500 bytes.
    if (!last) return whole;
    if (*last == 0 || size_bytes == 0) return unsatisfiable;
    const auto length = std::min(*last, size_bytes);
    return part(size_bytes - length, length);
  }
  const auto first = number_of(spec.substr(0, dash));
  const bool is_open = dash + 1 == spec.size();
  if (!first || (!is_open && !last) || (last && *last < *first)) return whole;
  if (*first >= size_bytes) return unsatisfiable;
  const auto end = is_open ? size_bytes - 1 : std::min(*last, size_bytes - 1);
  return part(*first, end - *first + 1);
}

std::string content_range(const RangeAnswer& answer, std::uint64_t size_bytes) {
  const auto size = std::to_string(size_bytes);
  if (answer.kind == RangeAnswer::Kind::unsatisfiable) return "bytes */" + size;
  return "bytes " + std::to_string(answer.offset) + '-' +
         std::to_string(answer.offset + answer.length - 1) + '/' + size;
}

}  // namespace weike::http
