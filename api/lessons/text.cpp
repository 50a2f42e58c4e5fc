#include "api/lessons/text.hpp"

#include <cstdint>

namespace weike::lessons {
namespace {

constexpr std::string_view kIdeographicSpace = "\u3000";

// The code point at the front of `text`, which is shortened by it; nothing if it is malformed.
std::optional<char32_t> take_code_point(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  std::size_t length = 1;
  char32_t value = lead;
  if (lead >= 0x80) {
    if (lead < 0xC2 || lead > 0xF4) return std::nullopt;
    length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    value = lead & (0x7FU >> length);
  }
  if (text.size() < length) return std::nullopt;
  for (std::size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0) != 0x80) return std::nullopt;
    value = value << 6 | (byte & 0x3FU);
  }
  const bool is_overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  const bool is_surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (is_overlong || is_surrogate || value > 0x10FFFF) return std::nullopt;
  text.remove_prefix(length);
  return value;
}

bool is_control(char32_t character) {
  return character < 0x20 || (character >= 0x7F && character <= 0x9F);
}

bool take_space_in_front(std::string_view& text) {
  if (text.starts_with(' ') || text.starts_with('\t') || text.starts_with('\n')) {
    text.remove_prefix(1);
    return true;
  }
  if (!text.starts_with(kIdeographicSpace)) return false;
  text.remove_prefix(kIdeographicSpace.size());
  return true;
}

bool take_space_behind(std::string_view& text) {
  if (text.ends_with(' ') || text.ends_with('\t') || text.ends_with('\n')) {
    text.remove_suffix(1);
    return true;
  }
  if (!text.ends_with(kIdeographicSpace)) return false;
  text.remove_suffix(kIdeographicSpace.size());
  return true;
}

Error bad(const TextRule& rule, std::string reason, const std::string& what) {
  return {ErrorCode::invalid_argument, std::string(rule.field) + ' ' + what, std::move(reason),
          std::string(rule.field)};
}

}  // namespace

std::optional<std::size_t> count_characters(std::string_view text) {
  std::size_t count = 0;
  for (; !text.empty(); ++count) {
    if (!take_code_point(text)) return std::nullopt;
  }
  return count;
}

std::string trimmed(std::string_view text) {
  while (take_space_in_front(text)) {
  }
  while (take_space_behind(text)) {
  }
  return std::string(text);
}

Result<> check_text(std::string_view text, const TextRule& rule) {
  std::size_t count = 0;
  for (; !text.empty(); ++count) {
    const auto character = take_code_point(text);
    if (!character) return bad(rule, "bad_text", "is not UTF-8");
    const bool is_line_feed = *character == '\n' && rule.lines == Lines::many;
    if (is_control(*character) && !is_line_feed)
      return bad(rule, "bad_text", "holds a control character");
  }
  if (count < rule.min_characters) return bad(rule, "out_of_range", "is too short");
  if (count > rule.max_characters) {
    return bad(rule, "out_of_range",
               "is above " + std::to_string(rule.max_characters) + " characters");
  }
  return {};
}

}  // namespace weike::lessons
