#include "api/http/json_body.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weike::http {
namespace {

Request json_request(std::string body, std::string type = "application/json") {
  Request request;
  request.headers.add("Content-Type", std::move(type));
  request.body = std::move(body);
  return request;
}

TEST(JsonBody, ReadsTypedFields) {
  const auto request = json_request(
      R"({"title":"微课","count":7,"on":true,"tags":["a","b"],"items":[{"x":1},{"x":2}],
          "at":"2026-11-22T19:30:00Z","id":"000102030405060708090a0b0c0d0e0f"})",
      "application/json; charset=utf-8");

  JsonBody body(request);
  EXPECT_EQ(body->text("title", {1, 2}), "微课");
  EXPECT_EQ(body->integer("count", 0, 10), 7);
  EXPECT_TRUE(body->boolean("on"));
  EXPECT_THAT(*body->optional_texts("tags", 20, {1, 5}), ::testing::ElementsAre("a", "b"));
  std::int64_t sum = 0;
  for (auto* item : body->objects("items", 5)) sum += item->integer("x", 0, 9);
  EXPECT_EQ(sum, 3);
  EXPECT_EQ(to_rfc3339(body->time("at")), "2026-11-22T19:30:00.000Z");
  EXPECT_EQ(body->id<AssetId>("id").text(), "000102030405060708090a0b0c0d0e0f");
  EXPECT_FALSE(body->optional_text("summary"));

  EXPECT_TRUE(body.finish());
}

struct Row {
  std::string body;
  std::string reason;
  std::string field;
};

class JsonBodyTable : public ::testing::TestWithParam<Row> {};

// A body with a required text of 1 to 4 characters, an optional number and a list of objects.
TEST_P(JsonBodyTable, NamesWhatIsWrong) {
  const auto request = json_request(GetParam().body);

  JsonBody body(request);
  body->text("title", {1, 4});
  body->optional_integer("count", 0, 10);
  if (body->has("items")) {
    for (auto* item : body->objects("items", 2)) item->integer("x", 0, 9);
  }
  body->optional_texts("tags", 2, {1, 3});
  body->optional_id<LessonId>("id");
  const auto done = body.finish();

  ASSERT_FALSE(done) << GetParam().body;
  EXPECT_EQ(done.error().code, ErrorCode::invalid_argument) << GetParam().body;
  EXPECT_EQ(done.error().reason, GetParam().reason) << GetParam().body;
  EXPECT_EQ(done.error().field, GetParam().field) << GetParam().body;
}

INSTANTIATE_TEST_SUITE_P(
    Bodies, JsonBodyTable,
    ::testing::Values(
        Row{"", "malformed_json", ""}, Row{"title=x", "malformed_json", ""},
        Row{"[]", "malformed_json", ""}, Row{"null", "malformed_json", ""},
        Row{"{\"title\":\"x\"", "malformed_json", ""},
        Row{"{\"title\":\"x\"} {}", "malformed_json", ""},
        Row{"{\"title\":\"\xff\"}", "malformed_json", ""},
        Row{"{\"title\":" + std::string(100, '[') + std::string(100, ']') + "}", "malformed_json",
            ""},
        Row{std::string(200'000, '['), "malformed_json", ""}, Row{"{}", "missing_field", "title"},
        Row{R"({"title":null})", "missing_field", "title"},
        Row{R"({"title":3})", "wrong_type", "title"},
        Row{R"({"title":""})", "out_of_range", "title"},
        Row{R"({"title":"12345"})", "out_of_range", "title"},
        Row{R"({"title":"微课微课课"})", "out_of_range", "title"},
        Row{R"({"title":"a\u0000"})", "bad_text", "title"},
        Row{R"({"title":"a\nb"})", "bad_text", "title"},
        Row{R"({"title":"x","count":"3"})", "wrong_type", "count"},
        Row{R"({"title":"x","count":1.5})", "wrong_type", "count"},
        Row{R"({"title":"x","count":null})", "wrong_type", "count"},
        Row{R"({"title":"x","count":11})", "out_of_range", "count"},
        Row{R"({"title":"x","count":-1})", "out_of_range", "count"},
        Row{R"({"title":"x","count":18446744073709551615})", "out_of_range", "count"},
        Row{R"({"title":"x","colour":1})", "unknown_field", "colour"},
        Row{R"({"title":"x","items":{}})", "wrong_type", "items"},
        Row{R"({"title":"x","items":[{"x":1},{"x":1},{"x":1}]})", "out_of_range", "items"},
        Row{R"({"title":"x","items":[{"x":1},7]})", "wrong_type", "items[1]"},
        Row{R"({"title":"x","items":[{"x":1},{}]})", "missing_field", "items[1].x"},
        Row{R"({"title":"x","items":[{"x":1,"y":2}]})", "unknown_field", "items[0].y"},
        Row{R"({"title":"x","tags":["a",2]})", "wrong_type", "tags[1]"},
        Row{R"({"title":"x","tags":["a","b","c"]})", "out_of_range", "tags"},
        Row{R"({"title":"x","id":"../../etc"})", "out_of_range", "id"}));

TEST(JsonBody, WantsJson) {
  for (const auto* type : {"", "text/plain", "application/x-www-form-urlencoded",
                           "application/jsonp", "multipart/form-data"}) {
    const auto request = json_request("{}", type);
    JsonBody body(request);
    const auto done = body.finish();
    ASSERT_FALSE(done) << type;
    EXPECT_EQ(done.error().code, ErrorCode::unsupported_type) << type;
  }
}

TEST(JsonBody, MayBeEmptyWhereAllFieldsAreOptional) {
  JsonBody body(Request{}, EmptyBody::is_empty_object);
  EXPECT_FALSE(body->optional_text("manifest_sha256"));
  EXPECT_TRUE(body.finish());
}

}  // namespace
}  // namespace weike::http
