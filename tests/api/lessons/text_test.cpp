#include "api/lessons/text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace weike::lessons {
namespace {

struct CountCase {
  std::string text;
  std::optional<std::size_t> characters;
};

TEST(LessonText, CountsCodePointsOfWellFormedUtf8Only) {
  const CountCase cases[] = {
      {"", 0},
      {"abc", 3},
      {"微党课", 3},
      {"\xF0\x9F\x98\x80", 1},             // Outside the basic plane.
      {"\xED\x9F\xBF\xEE\x80\x80", 2},     // Both sides of the surrogates.
      {"\xF4\x8F\xBF\xBF", 1},             // The last code point.
      {"\x80", std::nullopt},              // A stray continuation.
      {"\xC0\xAF", std::nullopt},          // Overlong '/'.
      {"\xE0\x80\xAF", std::nullopt},      // Overlong in three bytes.
      {"\xF0\x80\x80\xAF", std::nullopt},  // Overlong in four bytes.
      {"\xED\xA0\x80", std::nullopt},      // A surrogate.
      {"\xF4\x90\x80\x80", std::nullopt},  // Beyond the last.
      {"\xE5\xBE", std::nullopt},          // Cut.
      {"\xFF", std::nullopt},
  };
  for (const auto& row : cases) EXPECT_EQ(count_characters(row.text), row.characters) << row.text;
}

TEST(LessonText, TrimsIdeographicSpacesToo) {
  EXPECT_EQ(trimmed(" \u3000 标题\u3000\n"), "标题");
  EXPECT_EQ(trimmed("\u3000 "), "");
}

TEST(LessonText, RefusesControlCharactersAndWrongLengths) {
  const TextRule line{"title", 1, 3, Lines::one};
  const TextRule lines{"summary", 0, 5, Lines::many};

  EXPECT_TRUE(check_text("微党课", line));
  EXPECT_TRUE(check_text("一\n二", lines));
  EXPECT_EQ(check_text("", line).error().reason, "out_of_range");
  EXPECT_EQ(check_text("一二三四", line).error().reason, "out_of_range");
  EXPECT_EQ(check_text("一\n二", line).error().reason, "bad_text");
  EXPECT_EQ(check_text(std::string_view("a\0b", 3), lines).error().reason, "bad_text");
  EXPECT_EQ(check_text("a\x7F", lines).error().reason, "bad_text");
  EXPECT_EQ(check_text("a\u0085", lines).error().reason, "bad_text");
  EXPECT_EQ(check_text("\xC3", lines).error().field, "summary");
}

}  // namespace
}  // namespace weike::lessons
