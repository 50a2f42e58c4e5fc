#include "api/http/http_date.hpp"

#include <gtest/gtest.h>

namespace weike::http {
namespace {

constexpr HttpTime kNow{std::chrono::seconds{1'764'000'000}};  // 2025-11-24.
constexpr HttpTime kThen{std::chrono::seconds{784'111'777}};

TEST(HttpDate, IsWrittenInOneForm) {
  EXPECT_EQ(to_http_date(kThen), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(HttpDate, IsReadInAllThreeForms) {
  for (const auto* text : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                           "Sun Nov  6 08:49:37 1994"}) {
    EXPECT_EQ(parse_http_date(text, kNow), kThen) << text;
  }
  EXPECT_EQ(parse_http_date("Wed, 26 Nov 2025 08:49:60 GMT", kNow),
            parse_http_date("Wed Nov 26 08:50:00 2025", kNow));
}

TEST(HttpDate, OfTwoDigitsIsAtMostFiftyYearsAhead) {
  const auto year_of = [](const char* text) {
    const auto time = parse_http_date(text, kNow);
    return time ? to_http_date(*time).substr(12, 4) : "";
  };
  EXPECT_EQ(year_of("Sunday, 06-Nov-75 08:49:37 GMT"), "2075");
  EXPECT_EQ(year_of("Sunday, 06-Nov-76 08:49:37 GMT"), "1976");
  EXPECT_EQ(year_of("Sunday, 06-Nov-26 08:49:37 GMT"), "2026");
}

TEST(HttpDate, IsNothingElse) {
  for (const auto* text : {"", "Sun", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
                           "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, 31 Feb 1994 08:49:37 GMT",
                           "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
                           "Sun, 6 Nov 1994 08:49:37 GMT", "Son, 06 Nov 1994 08:49:37 GMT",
                           "1994-11-06T08:49:37Z", "784111777", "Sun, 06 Nov -994 08:49:37 GMT",
                           "Sun Nov 6 08:49:37 1994", "Sunday, 06 Nov 1994 08:49:37 GMT"}) {
    EXPECT_EQ(parse_http_date(text, kNow), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace weike::http
