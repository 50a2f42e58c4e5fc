#include "api/http/conditional.hpp"

#include "api/http/ranges.hpp"

#include <gtest/gtest.h>

namespace weike::http {
namespace {

TEST(IfNoneMatch, ComparesWeakly) {
  EXPECT_TRUE(is_not_modified("\"a\"", "\"a\""));
  EXPECT_TRUE(is_not_modified("W/\"a\"", "\"a\""));
  EXPECT_TRUE(is_not_modified("\"x,y\" , \"a\"", "\"a\""));
  EXPECT_TRUE(is_not_modified(" * ", "\"a\""));
  for (const auto* field : {"", "a", "\"b\"", "\"a", "\"A\"", "garbage \"a\"", "**"}) {
    EXPECT_FALSE(is_not_modified(field, "\"a\"")) << field;
  }
}

TEST(IfMatch, ComparesStrongly) {
  for (const auto* field : {"", "*", "\"a\"", "\"b\", \"a\""}) {
    EXPECT_TRUE(is_match(field, "\"a\"")) << field;
  }
  for (const auto* field : {"W/\"a\"", "\"b\"", "a", "\"\""}) {
    EXPECT_FALSE(is_match(field, "\"a\"")) << field;
  }
}

struct Row {
  std::string range;
  std::uint64_t size;
  std::string expected;  // "whole", or the Content-Range field.
};

class RangeTable : public ::testing::TestWithParam<Row> {};

TEST_P(RangeTable, FollowsTheStandard) {
  const auto& [range, size, expected] = GetParam();

  const auto answer = answer_range(range, "", "\"t\"", size);

  if (answer.kind == RangeAnswer::Kind::whole) {
    EXPECT_EQ(expected, "whole") << range;
    EXPECT_EQ(answer.length, size);
  } else {
    EXPECT_EQ(content_range(answer, size), expected) << range;
    EXPECT_LE(answer.offset + answer.length, size) << range;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Fields, RangeTable,
    ::testing::Values(
        Row{"", 100, "whole"}, Row{"bytes=0-9", 100, "bytes 0-9/100"},
        Row{"bytes=0-0", 1, "bytes 0-0/1"}, Row{"bytes=90-", 100, "bytes 90-99/100"},
        Row{"bytes=-10", 100, "bytes 90-99/100"}, Row{"bytes=-500", 100, "bytes 0-99/100"},
        Row{"bytes=50-500", 100, "bytes 50-99/100"}, Row{"Bytes = 1-2", 100, "bytes 1-2/100"},
        Row{"bytes=100-", 100, "bytes */100"}, Row{"bytes=100-200", 100, "bytes */100"},
        Row{"bytes=-0", 100, "bytes */100"}, Row{"bytes=0-", 0, "bytes */0"},
        Row{"bytes=-5", 0, "bytes */0"},
        Row{"bytes=0-99999999999999999999999999", 100, "bytes 0-99/100"},
        Row{"bytes=99999999999999999999999999-", 100, "bytes */100"},
        Row{"bytes=5-2", 100, "whole"}, Row{"bytes=0-1,5-6", 100, "whole"},
        Row{"bytes=", 100, "whole"}, Row{"bytes=-", 100, "whole"}, Row{"bytes", 100, "whole"},
        Row{"bytes=a-b", 100, "whole"}, Row{"bytes=1-2x", 100, "whole"},
        Row{"bytes=+1-2", 100, "whole"}, Row{"bytes=0x1-2", 100, "whole"},
        Row{"bytes=--1", 100, "whole"}, Row{"bytes=1--2", 100, "whole"},
        Row{"items=0-9", 100, "whole"}, Row{"bytes=1 -2", 100, "whole"}));

TEST(IfRange, LetsARangeThroughOnlyForTheSameStrongTag) {
  const auto kind = [](std::string_view if_range, std::string_view etag) {
    return answer_range("bytes=0-1", if_range, etag, 10).kind;
  };
  EXPECT_EQ(kind("\"t\"", "\"t\""), RangeAnswer::Kind::part);
  EXPECT_EQ(kind("\"u\"", "\"t\""), RangeAnswer::Kind::whole);
  EXPECT_EQ(kind("W/\"t\"", "W/\"t\""), RangeAnswer::Kind::whole);
  EXPECT_EQ(kind("Sun, 22 Nov 2026 19:30:00 GMT", "\"t\""), RangeAnswer::Kind::whole);
}

}  // namespace
}  // namespace weike::http
