#include "tests/api/lessons/lesson_world.hpp"

#include <gmock/gmock.h>

namespace weike {
namespace {

constexpr const char* kSubRip = "1\n00:00:01,000 --> 00:00:02,000\nHello <script>x</script>\n";

class CaptionRoutes : public LessonWorld {
 protected:
  http::Response add(const Person* person, AssetId to, const std::string& file = kSubRip,
                     const std::string& query = "?language=zh-CN&label=%E4%B8%AD%E6%96%87") {
    return call(http::Method::put, path(to) + query, person, file);
  }
  static std::string path(AssetId of) { return "/api/v1/assets/" + of.text() + "/captions"; }

  AssetId asset = make_asset(author);
};

TEST_F(CaptionRoutes, KeepWhatTheyMadeOfAFile) {
  const auto added = add(&author, asset);

  ASSERT_EQ(added.status, 201) << text_of(added);
  const auto made = json_of(added);
  const auto id = made.at("id").get<std::string>();
  EXPECT_EQ(made,
            (nlohmann::json{{"id", id}, {"language", "zh-CN"}, {"label", "中文"}, {"cues", 1}}));
  EXPECT_EQ(json_of(get(path(asset), &author)), (nlohmann::json{{"items", {made}}}));
  const auto text = get(path(asset) + "/" + id, &author);
  EXPECT_EQ(header(text, "Content-Type"), "text/vtt; charset=utf-8");
  EXPECT_EQ(text_of(text),
            "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n\n"
            "00:00:01.000 --> 00:00:02.000\nHello\n\n");
}

TEST_F(CaptionRoutes, AreAddedOnceHoweverOftenTheyAreSent) {
  EXPECT_EQ(add(&author, asset).status, 201);
  EXPECT_EQ(add(&author, asset).status, 200);
  EXPECT_EQ(add(&author, asset, kSubRip, "?language=en&label=English").status, 201);

  EXPECT_EQ(json_of(get(path(asset), &author)).at("items").size(), 2U);
}

TEST_F(CaptionRoutes, AreTheOwnersAlone) {
  const auto id = json_of(add(&author, asset)).at("id").get<std::string>();

  for (const Person* stranger : {&member, &reviewer, &administrator}) {
    EXPECT_EQ(add(stranger, asset).status, 404);
    EXPECT_EQ(get(path(asset), stranger).status, 404);
    EXPECT_EQ(get(path(asset) + "/" + id, stranger).status, 404);
    EXPECT_EQ(call(http::Method::del, path(asset) + "/" + id, stranger).status, 404);
  }
  EXPECT_EQ(add(nullptr, asset).status, 401);
}

TEST_F(CaptionRoutes, AreNotChangedByWhoIsNoPublisherAnyMore) {
  const auto own = make_asset(member);

  EXPECT_EQ(add(&member, own).status, 403);
  EXPECT_EQ(call(http::Method::del, path(own) + "/0123456789ab", &member).status, 403);
  EXPECT_EQ(get(path(own), &member).status, 200);
}

TEST_F(CaptionRoutes, ShowThemselvesToTheReviewerOfALesson) {
  const auto id = json_of(add(&author, asset)).at("id").get<std::string>();
  const auto lesson = create_lesson(author, lesson_body(asset));
  ASSERT_EQ(post("/api/v1/lessons/" + lesson + "/submit", &author).status, 200);

  EXPECT_EQ(get(path(asset), &reviewer).status, 200);
  EXPECT_EQ(get(path(asset) + "/" + id, &reviewer).status, 200);
  EXPECT_EQ(add(&reviewer, asset).status, 404);
}

TEST_F(CaptionRoutes, RefuseWhatIsWrongAndSayWhy) {
  const auto code = [&](const std::string& file, const std::string& query) {
    const auto answer = add(&author, asset, file, query);
    return std::to_string(answer.status) + " " + code_of(answer) + " " +
           json_of(answer).value("field", "");
  };
  const std::string good = "?language=zh-CN&label=x";

  EXPECT_EQ(code("Dear Sir", good), "400 captions_format ");
  EXPECT_EQ(code("\xff\xff", good), "400 captions_encoding ");
  EXPECT_EQ(code("00:00:09,000 --> 00:00:10,000\nA\n", good), "400 captions_empty ");
  EXPECT_EQ(code(std::string((1 << 20) + 1, ' '), good), "413 captions_too_large ");
  EXPECT_EQ(code(kSubRip, "?label=x"), "400 missing_field language");
  EXPECT_EQ(code(kSubRip, "?language=zh"), "400 missing_field label");
  EXPECT_EQ(code(kSubRip, "?language=zh&label=%20"), "400 out_of_range label");
  EXPECT_EQ(code(kSubRip, "?language=zh&label=a%0Ab"), "400 bad_text label");
  for (const char* language : {"", "z", "zh-", "-zh", "zh--CN", "zh_CN", "zh-CN%22", "chinese"})
    EXPECT_EQ(code(kSubRip, std::string("?label=x&language=") + language),
              "400 out_of_range language");
}

TEST_F(CaptionRoutes, WaitForTheLengthOfTheVideo) {
  const auto early = make_asset(author, VideoState::queued);

  EXPECT_EQ(code_of(add(&author, early)), "asset_not_playable");
}

TEST_F(CaptionRoutes, HaveALimitPerVideo) {
  for (int i = 0; i < 16; ++i)
    EXPECT_EQ(add(&author, asset, kSubRip, "?language=en&label=" + std::to_string(i)).status, 201);

  const auto blobs_before = blobs.list("assets/" + asset.text() + "/captions/", 100)->size();
  const auto one_more = add(&author, asset);

  EXPECT_EQ(code_of(one_more), "too_many_captions");
  EXPECT_EQ(blobs.list("assets/" + asset.text() + "/captions/", 100)->size(), blobs_before);
  // What is there already may be sent again.
  EXPECT_EQ(add(&author, asset, kSubRip, "?language=en&label=7").status, 200);
}

TEST_F(CaptionRoutes, GoAway) {
  const auto id = json_of(add(&author, asset)).at("id").get<std::string>();

  EXPECT_EQ(call(http::Method::del, path(asset) + "/" + id, &author).status, 204);

  EXPECT_EQ(code_of(get(path(asset) + "/" + id, &author)), "captions_not_found");
  EXPECT_EQ(code_of(call(http::Method::del, path(asset) + "/" + id, &author)),
            "captions_not_found");
  EXPECT_TRUE(blobs.list("assets/" + asset.text() + "/captions/", 100)->empty());
  EXPECT_EQ(get(path(asset) + "/plan.json", &author).status, 404);
}

}  // namespace
}  // namespace weike
