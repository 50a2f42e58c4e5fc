#include "api/http/content.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <set>
#include <string>

namespace weike::http {
namespace {

using testing::Optional;

std::string unpacked(const std::string& packed) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  std::string bytes(100'000, '\0');
  std::string input = packed;
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out = static_cast<uInt>(bytes.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  bytes.resize(stream.total_out);
  inflateEnd(&stream);
  return bytes;
}

class ContentTest : public testing::Test {
 protected:
  static ContentTraits traits() {
    ContentTraits traits;
    traits.type = "application/json";
    traits.etag = "\"17\"";
    traits.caching = {"private, no-cache", "public, max-age=10"};
    traits.vary = "Cookie";
    traits.serves_ranges = true;
    return traits;
  }
  static const std::string& body_of(const Response& response) {
    return *std::get<SharedBytes>(response.body);
  }

  const std::string text = std::string(3000, 'a') + "b";
  const Content content{std::make_shared<const std::string>(text), traits()};
};

TEST_F(ContentTest, EachFormHasItsOwnBytesAndTag) {
  std::set<std::string> tags;
  for (const std::string_view accepted : {"", "gzip", "br"}) {
    const auto response = content.answer({Method::get, accepted}).value();

    tags.insert(std::string(response.headers.get("ETag").value()));
    EXPECT_THAT(response.headers.get("Vary"),
                Optional(std::string_view("Cookie, Accept-Encoding")));
    EXPECT_EQ(response.headers.get("Content-Encoding").value_or(""), accepted);
    if (accepted.empty()) {
      EXPECT_EQ(body_of(response), text);
    } else if (accepted == "gzip") {
      EXPECT_EQ(unpacked(body_of(response)), text);
    }
  }
  EXPECT_EQ(tags, (std::set<std::string>{"\"17\"", "\"17-gzip\"", "\"17-br\""}));
}

TEST_F(ContentTest, AFormIsPackedOnceAndThenAnsweredFromMemory) {
  const ContentRequest request{Method::get, "gzip"};
  EXPECT_FALSE(content.answer_from_memory(request));

  const auto first = content.answer(request).value();

  const auto second = content.answer_from_memory(request);
  ASSERT_TRUE(second);
  EXPECT_EQ(std::get<SharedBytes>(second->body), std::get<SharedBytes>(first.body));
}

TEST_F(ContentTest, ATagIsJudgedAgainstTheFormThatWouldBeSent) {
  const auto status = [&](std::string_view accepted, std::string_view tag) {
    return content.answer({Method::get, accepted, {.if_none_match = tag}}).value().status;
  };
  EXPECT_EQ(status("", "\"17\""), 304);
  EXPECT_EQ(status("gzip", "\"17-gzip\""), 304);
  EXPECT_EQ(status("gzip", "\"17\""), 200);
  EXPECT_EQ(status("", "\"17-gzip\""), 200);
  EXPECT_EQ(content.answer({Method::get, "", {.if_match = "\"x\""}}).error().code,
            ErrorCode::precondition_failed);
  EXPECT_FALSE(content.answer_from_memory({Method::get, "", {.if_match = "\"x\""}}));
}

TEST_F(ContentTest, NotModifiedCarriesWhatACacheNeedsAndNoMore) {
  const auto response =
      content.answer({Method::get, "gzip", {.if_none_match = "\"17-gzip\""}}).value();

  EXPECT_THAT(response.headers.fields(),
              testing::ElementsAre(testing::Pair("ETag", "\"17-gzip\""),
                                   testing::Pair("Cache-Control", "private, no-cache"),
                                   testing::Pair("Vary", "Cookie, Accept-Encoding")));
  EXPECT_TRUE(std::holds_alternative<std::monostate>(response.body));
}

TEST_F(ContentTest, ClassesOfReadersDifferInCachingAlone) {
  const auto one = content.answer({Method::get, ""}).value();
  const auto all = content.answer({Method::get, "", {}, 1}).value();

  EXPECT_THAT(one.headers.get("Cache-Control"), Optional(std::string_view("private, no-cache")));
  EXPECT_THAT(all.headers.get("Cache-Control"), Optional(std::string_view("public, max-age=10")));
  EXPECT_EQ(one.headers.get("ETag"), all.headers.get("ETag"));
}

TEST_F(ContentTest, RangesAreOfTheBytesAsTheyAre) {
  const auto part = content.answer({Method::get, "gzip", {.range = "bytes=2999-"}}).value();

  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(body_of(part), "ab");
  EXPECT_THAT(part.headers.get("Content-Range"),
              Optional(std::string_view("bytes 2999-3000/3001")));
  EXPECT_EQ(part.headers.get("Content-Encoding"), std::nullopt);
  const auto beyond = content.answer({Method::get, "gzip", {.range = "bytes=3001-"}}).value();
  EXPECT_EQ(beyond.status, 416);
  EXPECT_THAT(beyond.headers.get("Content-Range"), Optional(std::string_view("bytes */3001")));
  const auto head = content.answer({Method::head, "gzip", {.range = "bytes=2999-"}}).value();
  EXPECT_EQ(head.status, 200);
  EXPECT_THAT(head.headers.get("Content-Encoding"), Optional(std::string_view("gzip")));
}

TEST_F(ContentTest, TinyAndIncompressibleBodiesStayAsTheyAre) {
  const Content tiny(std::make_shared<const std::string>("{}"), traits());
  const auto answer = tiny.answer_from_memory({Method::get, "gzip, br"});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->headers.get("Content-Encoding"), std::nullopt);
  EXPECT_THAT(answer->headers.get("Vary"), Optional(std::string_view("Cookie")));

  std::string noise;
  for (unsigned i = 0, x = 1; i < 4000; ++i)
    noise.push_back(static_cast<char>((x = x * 1664525 + 1013904223) >> 24));
  const Content random(std::make_shared<const std::string>(noise), traits());
  const auto plain = random.answer({Method::get, "gzip"}).value();
  EXPECT_EQ(plain.headers.get("Content-Encoding"), std::nullopt);
  EXPECT_EQ(body_of(plain), noise);
}

TEST_F(ContentTest, PacksFormByFormUntilAllAreThere) {
  EXPECT_TRUE(content.pack_one());
  EXPECT_TRUE(content.pack_one());
  EXPECT_FALSE(content.pack_one());
  EXPECT_TRUE(content.answer_from_memory({Method::get, "br"}));
}

}  // namespace
}  // namespace weike::http
