#include "api/http/message.hpp"

#include "api/http/url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace weike::http {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(Headers, CompareWithoutRegardToCase) {
  Headers headers;
  headers.add("Content-Type", "a");
  headers.add("content-type", "b");

  EXPECT_EQ(headers.get("CONTENT-TYPE"), "a");
  EXPECT_EQ(headers.get("Content"), std::nullopt);

  headers.set("content-TYPE", "c");
  EXPECT_THAT(headers.fields(), ElementsAre(Pair("content-TYPE", "c")));
}

TEST(Headers, BeginWithWhatTheyShare) {
  FixedFields fixed;
  fixed.add("ETag", "\"1\"").add("Vary", "Cookie\r\nSet-Cookie: evil");
  Headers headers(std::make_shared<const FixedFields>(std::move(fixed)));
  headers.set_content_range(5, 10, 100);
  headers.add("X-Own", "a: b");

  EXPECT_EQ(headers.shared_text(), "\r\nETag: \"1\"\r\nVary: Cookie  Set-Cookie: evil");
  EXPECT_EQ(headers.get("etag"), "\"1\"");
  EXPECT_EQ(headers.get("Content-Range"), "bytes 5-14/100");
  EXPECT_THAT(headers.fields(),
              ElementsAre(Pair("ETag", "\"1\""), Pair("Vary", "Cookie  Set-Cookie: evil"),
                          Pair("Content-Range", "bytes 5-14/100"), Pair("X-Own", "a: b")));
  const Headers others = headers;
  headers.set("ETAG", "\"2\"");
  EXPECT_EQ(headers.get("ETag"), "\"2\"");
  EXPECT_EQ(headers.get("Content-Range"), "bytes 5-14/100");
  EXPECT_EQ(others.get("ETag"), "\"1\"");
}

TEST(Headers, NameTheWholeWhenNoRangeOfItFits) {
  Headers headers;
  headers.set_content_range(0, 0, std::numeric_limits<std::uint64_t>::max());

  EXPECT_EQ(headers.get("Content-Range"), "bytes */18446744073709551615");
  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  headers.set_content_range(kMost - 1, 1, kMost);
  EXPECT_EQ(headers.get("Content-Range"),
            "bytes 18446744073709551614-18446744073709551614/18446744073709551615");
}

TEST(Language, IsChineseUnlessEnglishIsPreferred) {
  const std::vector<std::pair<std::string_view, Language>> rows = {
      {"", Language::zh},
      {"zh-CN,zh;q=0.9,en;q=0.8", Language::zh},
      {"en", Language::en},
      {"en-GB,en;q=0.9,zh;q=0.1", Language::en},
      {"EN-us , fr", Language::en},
      {"fr,de", Language::zh},
      {"en;q=0", Language::zh},
      {"en;q=0.5,zh;q=0.5", Language::zh},
      {"en;q=nonsense", Language::zh},
      {"*", Language::zh},
      {"english", Language::zh},
      {",,;;,en;q=0.2;", Language::zh},
  };
  for (const auto& [field, language] : rows) EXPECT_EQ(language_of(field), language) << field;
}

TEST(EffectiveMethod, ReplacesOnlyPost) {
  Headers headers;
  headers.add("X-HTTP-Method-Override", "PATCH");
  EXPECT_EQ(effective_method(Method::post, headers), Method::patch);
  EXPECT_EQ(effective_method(Method::get, headers), Method::get);

  headers.set("X-HTTP-Method-Override", "GET");
  EXPECT_EQ(effective_method(Method::post, headers), Method::post);
  EXPECT_EQ(effective_method(Method::post, Headers{}), Method::post);
}

TEST(ReadTarget, DecodesPathAndQueryOnce) {
  Request request;
  request.target = "/a%20b/%E5%BE%AE?cursor=x%2By&q=1+2&&flag";

  ASSERT_TRUE(read_target(request));

  EXPECT_EQ(request.path, "/a b/微");
  EXPECT_THAT(request.query,
              ElementsAre(Pair("cursor", "x+y"), Pair("q", "1 2"), Pair("flag", "")));
  EXPECT_EQ(request.query_value("q"), "1 2");
}

TEST(ReadTarget, RefusesWhatNoClientOfOursSends) {
  for (const auto* target :
       {"",          "a",      "*",      "http://h/", "/../etc/passwd", "/a/..",    "/a/./b",
        "/%2e%2e/x", "/%2E/x", "/a%2fb", "/a%2Fb",    "/a%5cb",         "/a\\b",    "/a%00",
        "/a%0a",     "/%",     "/%4",    "/%zz",      "/a?x=%",         "/a?%zz=1", "/a%7f"}) {
    Request request;
    request.target = target;
    const auto done = read_target(request);
    ASSERT_FALSE(done) << target;
    EXPECT_EQ(done.error().reason, "bad_target") << target;
  }
}

TEST(PercentEncoding, IsUndoneByDecoding) {
  std::string all;
  for (int i = 0; i < 256; ++i) all.push_back(static_cast<char>(i));
  EXPECT_EQ(percent_decode(percent_encode(all)), all);
}

}  // namespace
}  // namespace weike::http
