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
  for (const auto* field :
       {"", "a", "\"b\"", "\"a", "\"A\"", "garbage \"a\"", "**", "\"b\" \"a\"", "\"a\"\"b\""}) {
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

  const auto answer = answer_range(range, "", {"\"t\""}, size);

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
        Row{"bytes=5-2", 100, "whole"}, Row{"bytes=0-1,5-2", 100, "whole"},
        Row{"bytes=0-1,2-3", 100, "bytes 0-3/100"}, Row{"bytes=4-6,0-5", 100, "bytes 0-6/100"},
        Row{"bytes=0-1, 100-", 100, "bytes 0-1/100"}, Row{"bytes=100-,-0", 100, "bytes */100"},
        Row{"bytes=,0-1,,", 100, "bytes 0-1/100"}, Row{"bytes=,", 100, "whole"},
        Row{"bytes=0-1,x", 100, "whole"}, Row{"bytes=0-,-5", 100, "bytes 0-99/100"},
        Row{"bytes=", 100, "whole"}, Row{"bytes=-", 100, "whole"}, Row{"bytes", 100, "whole"},
        Row{"bytes=a-b", 100, "whole"}, Row{"bytes=1-2x", 100, "whole"},
        Row{"bytes=+1-2", 100, "whole"}, Row{"bytes=0x1-2", 100, "whole"},
        Row{"bytes=--1", 100, "whole"}, Row{"bytes=1--2", 100, "whole"},
        Row{"items=0-9", 100, "whole"}, Row{"bytes=1 -2", 100, "whole"}));

std::string parts_of(std::string_view range, std::uint64_t size) {
  const auto answer = answer_range(range, "", {"\"t\""}, size);
  std::string text;
  for (const auto& part : answer.parts) {
    text += std::to_string(part.offset) + '+' + std::to_string(part.length) + ' ';
  }
  return text;
}

TEST(SeveralRanges, StayInTheirOrderAndNoByteIsSentTwice) {
  EXPECT_EQ(parts_of("bytes=0-1,5-6", 100), "0+2 5+2 ");
  EXPECT_EQ(parts_of("bytes=50-59, 0-9, -5", 100), "50+10 0+10 95+5 ");
  EXPECT_EQ(parts_of("bytes=0-9,20-29,5-24,50-", 100), "0+30 50+50 ");
  EXPECT_EQ(parts_of("bytes=30-39,0-9,10-19", 100), "30+10 0+20 ");
  EXPECT_EQ(parts_of("bytes=0-1,200-,5-6", 100), "0+2 5+2 ");
}

TEST(SeveralRanges, BeyondABoundGetTheWhole) {
  const auto many = [](std::size_t count) {
    std::string range = "bytes=0-0";
    for (std::size_t i = 1; i < count; ++i)
      range += ',' + std::to_string(2 * i) + "-" + std::to_string(2 * i);
    return answer_range(range, "", {"\"t\""}, 100'000).kind;
  };
  EXPECT_EQ(many(kMaxRanges), RangeAnswer::Kind::parts);
  EXPECT_EQ(many(kMaxRanges + 1), RangeAnswer::Kind::whole);
}

TEST(IfRange, LetsARangeThroughOnlyForTheSameStrongTag) {
  const auto kind = [](std::string_view if_range, std::string_view etag) {
    return answer_range("bytes=0-1", if_range, {etag}, 10).kind;
  };
  EXPECT_EQ(kind("\"t\"", "\"t\""), RangeAnswer::Kind::part);
  EXPECT_EQ(kind("\"u\"", "\"t\""), RangeAnswer::Kind::whole);
  EXPECT_EQ(kind("W/\"t\"", "W/\"t\""), RangeAnswer::Kind::whole);
  EXPECT_EQ(kind("Sun, 22 Nov 2026 19:30:00 GMT", "\"t\""), RangeAnswer::Kind::whole);
}

TEST(IfRange, TakesTheVeryDateOfTheLastChange) {
  const Validators changed{"\"t\"", HttpTime(std::chrono::seconds{784'111'777})};
  EXPECT_TRUE(is_same_representation("Sun, 06 Nov 1994 08:49:37 GMT", changed));
  EXPECT_TRUE(is_same_representation("Sun Nov  6 08:49:37 1994", changed));
  for (const auto* date : {"Sun, 06 Nov 1994 08:49:38 GMT", "Sun, 06 Nov 1994 08:49:36 GMT", "x"}) {
    EXPECT_FALSE(is_same_representation(date, changed)) << date;
  }
}

struct JudgeRow {
  Conditions conditions;
  Method method;
  Verdict verdict;
};

TEST(Preconditions, AreJudgedInTheOrderOfTheStandard) {
  const Validators now{"\"t\"", HttpTime(std::chrono::seconds{784'111'777})};
  constexpr std::string_view kBefore = "Sun, 06 Nov 1994 08:49:36 GMT";
  constexpr std::string_view kThen = "Sun, 06 Nov 1994 08:49:37 GMT";
  const JudgeRow rows[] = {
      {{}, Method::get, Verdict::proceed},
      {{.if_match = "\"t\""}, Method::get, Verdict::proceed},
      {{.if_match = "\"u\""}, Method::get, Verdict::failed},
      {{.if_match = "W/\"t\""}, Method::patch, Verdict::failed},
      {{.if_match = "\"t\"", .if_unmodified_since = kBefore}, Method::get, Verdict::proceed},
      {{.if_unmodified_since = kBefore}, Method::get, Verdict::failed},
      {{.if_unmodified_since = kThen}, Method::get, Verdict::proceed},
      {{.if_unmodified_since = "soon"}, Method::get, Verdict::proceed},
      {{.if_none_match = "W/\"t\""}, Method::get, Verdict::not_modified},
      {{.if_none_match = "\"a\", \"t\""}, Method::head, Verdict::not_modified},
      {{.if_none_match = "*"}, Method::put, Verdict::failed},
      {{.if_none_match = "\"u\"", .if_modified_since = kThen}, Method::get, Verdict::proceed},
      {{.if_modified_since = kThen}, Method::get, Verdict::not_modified},
      {{.if_modified_since = kBefore}, Method::get, Verdict::proceed},
      {{.if_modified_since = kThen}, Method::post, Verdict::proceed},
      {{.if_match = "\"u\"", .if_none_match = "\"t\""}, Method::get, Verdict::failed},
      {{.if_match = "*", .if_none_match = "\"t\""}, Method::get, Verdict::not_modified},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(judge(row.conditions, row.method, now), row.verdict) << (&row - rows);
  }
  EXPECT_EQ(judge({.if_unmodified_since = kBefore}, Method::get, {"\"t\""}), Verdict::proceed)
      << "no date is known";
}

}  // namespace
}  // namespace weike::http
