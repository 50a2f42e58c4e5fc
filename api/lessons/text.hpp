#pragma once

#include "model/error.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

// What people write into fields. Lengths are in characters (code points), not in bytes.
namespace weike::lessons {

// Code points of well-formed UTF-8 (Unicode 15, table 3-7); nothing if it is malformed.
std::optional<std::size_t> count_characters(std::string_view text);

// Without white space at both ends, the ideographic space U+3000 included.
std::string trimmed(std::string_view text);

enum class Lines { one, many };

struct TextRule {
  std::string_view field;  // JSON name, for the error.
  std::size_t min_characters = 0;
  std::size_t max_characters = 0;
  Lines lines = Lines::one;  // `many` allows line feeds.
};

// `invalid_argument` naming the field, reason out_of_range or bad_text (malformed
// UTF-8, or control characters).
Result<> check_text(std::string_view text, const TextRule& rule);

}  // namespace weike::lessons
