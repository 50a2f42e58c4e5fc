#include "tests/api/lessons/lesson_world.hpp"

#include <gmock/gmock.h>

namespace weike {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

// Captions and chapters as parts of what is reviewed.
class LessonCaptions : public LessonWorld {
 protected:
  std::string add_captions(const std::string& label, AssetId to) {
    const auto answer =
        call(http::Method::put,
             "/api/v1/assets/" + to.text() + "/captions?language=zh-CN&label=" + label, &author,
             "1\n00:00:01,000 --> 00:00:02,000\n" + label + "\n");
    EXPECT_EQ(answer.status, 201) << text_of(answer);
    return json_of(answer).value("id", "");
  }
  http::Response patch(const std::string& lesson, const nlohmann::json& body) {
    return call(http::Method::patch, "/api/v1/lessons/" + lesson, &author, body);
  }
  nlohmann::json playback_of(const std::string& lesson, const Person* person,
                             const std::string& query = "") {
    return json_of(get("/api/v1/lessons/" + lesson + "/playback" + query, person));
  }
  nlohmann::json body_with(const std::vector<std::string>& ids) {
    auto body = lesson_body(asset);
    body["captions"] = ids;
    return body;
  }

  AssetId asset = make_asset(author);
  std::string first = add_captions("one", asset);
  std::string second = add_captions("two", asset);
};

TEST_F(LessonCaptions, AreOfferedInThePlayersMenu) {
  const auto lesson = create_live(body_with({second, first}));

  const auto answer = playback_of(lesson, &member);

  EXPECT_THAT(answer.at("hls_url").get<std::string>(),
              EndsWith("/master." + second + "." + first + ".m3u8"));
  ASSERT_EQ(answer.at("captions").size(), 2U);
  const auto& shown = answer.at("captions").at(0);
  EXPECT_EQ(shown.at("id"), second);
  EXPECT_EQ(shown.at("label"), "two");
  EXPECT_EQ(shown.at("language"), "zh-CN");
  EXPECT_THAT(shown.at("url").get<std::string>(), EndsWith("/captions/" + second + ".vtt"));
}

TEST_F(LessonCaptions, CanBePlayedAsSoonAsTheyAreThere) {
  const auto before = create_live(body_with({}));
  const auto old_master = playback_of(before, &member).at("hls_url").get<std::string>();
  EXPECT_EQ(get(old_master).status, 200);  // The asset's record is in memory from here on.

  const auto added = add_captions("new", asset);
  const auto playback_json = playback_of(create_live(body_with({added})), &member);

  const auto master = get(playback_json.at("hls_url").get<std::string>());
  EXPECT_EQ(master.status, 200);
  EXPECT_THAT(text_of(master), HasSubstr("TYPE=SUBTITLES,GROUP-ID=\"captions\",NAME=\"new\","
                                         "LANGUAGE=\"zh-CN\""));
  const auto url = playback_json.at("captions").at(0).at("url").get<std::string>();
  const auto text = get(url);
  EXPECT_EQ(header(text, "Content-Type"), "text/vtt; charset=utf-8");
  EXPECT_THAT(text_of(text), HasSubstr("\nnew\n"));
  const auto playlist = get(url.substr(0, url.size() - 4) + ".m3u8");
  EXPECT_THAT(text_of(playlist), HasSubstr("#EXTINF:6.000000,\n" + added + ".vtt\n"));
  EXPECT_EQ(get(url.substr(0, url.size() - 16) + "000000000000.vtt").status, 404);
}

TEST_F(LessonCaptions, ComeWithThePageOfAPublicLesson) {
  auto body = body_with({first});
  body["audience"] = "public";
  create_live(body);

  const auto page = json_of(get("/api/v1/feed"));

  EXPECT_THAT(page.at("items").at(0).at("media").at("hls_url").get<std::string>(),
              EndsWith("/master." + first + ".m3u8"));
}

TEST_F(LessonCaptions, OfALiveLessonChangeInANewVersionOnly) {
  const auto lesson = create_live(body_with({first}));

  const auto changed = json_of(patch(lesson, {{"captions", {second}}}));

  EXPECT_EQ(changed.at("state"), "live");
  EXPECT_EQ(changed.at("working").at("state"), "draft");
  EXPECT_EQ(changed.at("working").at("version"), 2);
  EXPECT_EQ(changed.at("working").at("captions"), nlohmann::json{second});
  EXPECT_EQ(changed.at("live").at("captions"), nlohmann::json{first});
  EXPECT_EQ(playback_of(lesson, &member).at("captions").at(0).at("id"), first);
  EXPECT_EQ(playback_of(lesson, &author, "?version=working").at("captions").at(0).at("id"), second);

  bring_live(lesson);
  EXPECT_EQ(playback_of(lesson, &member).at("captions").at(0).at("id"), second);
}

TEST_F(LessonCaptions, AndChaptersArePartOfWhatAReviewerDecidesAbout) {
  const auto lesson = create_lesson(author, body_with({}));
  const auto submitted = [&] {
    const auto answer = post("/api/v1/lessons/" + lesson + "/submit", &author);
    EXPECT_EQ(answer.status, 200) << text_of(answer);
    return json_of(answer).at("working").at("manifest_sha256").get<std::string>();
  };
  const auto without = submitted();
  patch(lesson, {{"captions", {first}}});
  const auto with_captions = submitted();
  patch(lesson, {{"chapters", {{{"at_ms", 0}, {"title", "a"}}}}});
  const auto with_chapters = submitted();

  EXPECT_NE(without, with_captions);
  EXPECT_NE(with_captions, with_chapters);
}

TEST_F(LessonCaptions, StayWhileALessonNamesThem) {
  const auto path = "/api/v1/assets/" + asset.text() + "/captions/";
  const auto lesson = create_live(body_with({first}));
  patch(lesson, {{"captions", {second}}});

  EXPECT_EQ(code_of(call(http::Method::del, path + first, &author)), "captions_in_use");
  EXPECT_EQ(code_of(call(http::Method::del, path + second, &author)), "captions_in_use");
  bring_live(lesson);
  EXPECT_EQ(call(http::Method::del, path + first, &author).status, 204);
}

TEST_F(LessonCaptions, AreThoseOfTheLessonsVideo) {
  const auto other = make_asset(author);
  const auto theirs = add_captions("three", other);

  EXPECT_EQ(code_of(post("/api/v1/lessons", &author, body_with({theirs}))), "unknown_captions");
  const auto lesson = create_lesson(author, body_with({first, first}));
  EXPECT_EQ(code_of(patch(lesson, {{"captions", {theirs}}})), "unknown_captions");
  EXPECT_EQ(code_of(patch(lesson, {{"asset_id", other.text()}, {"captions", {first}}})),
            "unknown_captions");
  const auto moved = json_of(patch(lesson, {{"asset_id", other.text()}}));
  EXPECT_EQ(moved.at("working").at("captions"), nlohmann::json::array());
}

TEST_F(LessonCaptions, HaveALimit) {
  std::vector<std::string> many{first, second};
  for (const char* label : {"three", "four"}) many.push_back(add_captions(label, asset));
  EXPECT_EQ(post("/api/v1/lessons", &author, body_with(many)).status, 201);

  many.push_back(add_captions("five", asset));

  EXPECT_EQ(code_of(post("/api/v1/lessons", &author, body_with(many))), "out_of_range");
}

TEST_F(LessonCaptions, ChaptersReachThePlayer) {
  auto body = body_with({});
  body["chapters"] = {{{"at_ms", 0}, {"title", " 开场 "}}, {{"at_ms", 5999}, {"title", "结尾"}}};

  const auto lesson = create_live(body);

  EXPECT_EQ(
      playback_of(lesson, &member).at("chapters"),
      (nlohmann::json{{{"at_ms", 0}, {"title", "开场"}}, {{"at_ms", 5999}, {"title", "结尾"}}}));
}

TEST_F(LessonCaptions, ChaptersAreInOrderAndWithinTheVideo) {
  const auto refused = [&](const nlohmann::json& chapters) {
    auto body = body_with({});
    body["chapters"] = chapters;
    const auto answer = json_of(post("/api/v1/lessons", &author, body));
    return answer.value("code", "accepted") + " " + answer.value("field", "");
  };

  EXPECT_EQ(refused({{{"at_ms", 6000}, {"title", "a"}}}), "out_of_range chapters");
  EXPECT_EQ(refused({{{"at_ms", 2}, {"title", "a"}}, {{"at_ms", 1}, {"title", "b"}}}),
            "out_of_range chapters");
  EXPECT_EQ(refused({{{"at_ms", 2}, {"title", "a"}}, {{"at_ms", 2}, {"title", "b"}}}),
            "out_of_range chapters");
  EXPECT_EQ(refused({{{"at_ms", 2}, {"title", ""}}}), "out_of_range chapters");
  EXPECT_EQ(refused({{{"at_ms", 2}, {"title", std::string(81, 'x')}}}), "out_of_range chapters");
  EXPECT_EQ(refused({{{"at_ms", -1}, {"title", "a"}}}), "out_of_range chapters[0].at_ms");
  EXPECT_EQ(refused({{{"at_ms", 1}}}), "missing_field chapters[0].title");
  EXPECT_EQ(refused({{{"at_ms", 1}, {"title", "a"}, {"x", 1}}}), "unknown_field chapters[0].x");
}

TEST_F(LessonCaptions, ChaptersBeyondAVideoWhoseLengthCameLaterAreNotSubmitted) {
  const auto early = make_asset(author, VideoState::queued);
  auto body = lesson_body(early);
  body["chapters"] = {{{"at_ms", 7000}, {"title", "a"}}};
  const auto lesson = create_lesson(author, body);
  set_video_state(early, VideoState::playable);

  const auto answer = post("/api/v1/lessons/" + lesson + "/submit", &author);

  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(json_of(answer).value("field", ""), "chapters");
}

}  // namespace
}  // namespace weike
