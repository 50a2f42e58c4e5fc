#include "storage/records/keys.hpp"
#include "tests/api/lessons/lesson_world.hpp"

#include <gmock/gmock.h>

#include <set>

namespace weike {
namespace {

using LessonRoutes = LessonWorld;

TEST_F(LessonRoutes, CreateMakesADraftForMembersByDefault) {
  const auto asset = make_asset(author, VideoState::queued);

  const auto response = post("/api/v1/lessons", &author, lesson_body(asset, "\u3000标题 "));

  ASSERT_EQ(response.status, 201) << text_of(response);
  const auto lesson = json_of(response);
  EXPECT_EQ(lesson["state"], "draft");
  EXPECT_EQ(lesson["working"]["title"], "标题");
  EXPECT_EQ(lesson["working"]["audience"], "members");
  EXPECT_EQ(lesson["working"]["version"], 1);
  EXPECT_EQ(lesson["live"], nullptr);
  EXPECT_EQ(lesson["published_at"], nullptr);
  EXPECT_EQ(lesson["owner"]["display_name"], "author");
  EXPECT_EQ(lesson["asset"]["id"], asset.text());
  EXPECT_EQ(header(response, "ETag"), "\"1\"");
  EXPECT_EQ(header(response, "Location"), "/api/v1/lessons/" + lesson.value("id", ""));
}

struct BadBody {
  const char* what;
  nlohmann::json patch;
  std::string code;
  std::string field;
};

TEST_F(LessonRoutes, RefusesBadContentNamingTheField) {
  const auto asset = make_asset(author);
  const auto foreign = make_asset(member);
  std::string long_title;
  for (int i = 0; i < 81; ++i) long_title += "字";
  const std::vector<std::string> many_tags(21, "x");
  std::vector<std::string> distinct_tags;
  for (int i = 0; i < 21; ++i) distinct_tags.push_back(std::to_string(i));
  const BadBody cases[] = {
      {"empty title", {{"title", "  "}}, "out_of_range", "title"},
      {"title of 81", {{"title", long_title}}, "out_of_range", "title"},
      {"line feed in a title", {{"title", "a\nb"}}, "bad_text", "title"},
      {"control character", {{"summary", "a\u0001"}}, "bad_text", "summary"},
      {"number for a title", {{"title", 7}}, "wrong_type", "title"},
      {"unknown kind", {{"kind", "movie"}}, "out_of_range", "kind"},
      {"unknown audience", {{"audience", "all"}}, "out_of_range", "audience"},
      {"unknown channel", {{"channel", "nowhere"}}, "unknown_channel", "channel"},
      {"too many tags", {{"tags", distinct_tags}}, "out_of_range", "tags"},
      {"empty tag", {{"tags", {""}}}, "out_of_range", "tags"},
      {"tag that is no text", {{"tags", {1}}}, "wrong_type", "tags"},
      {"asset of another", {{"asset_id", foreign.text()}}, "unknown_asset", "asset_id"},
      {"asset that is not",
       {{"asset_id", AssetId::make_random().text()}},
       "unknown_asset",
       "asset_id"},
      {"asset id that is none", {{"asset_id", "../1"}}, "out_of_range", "asset_id"},
      {"unknown field", {{"owner", "me"}}, "unknown_field", "owner"},
  };
  for (const auto& row : cases) {
    auto body = lesson_body(asset);
    body.update(row.patch);

    const auto response = post("/api/v1/lessons", &author, body);

    EXPECT_EQ(response.status, 400) << row.what;
    EXPECT_EQ(code_of(response), row.code) << row.what;
    EXPECT_THAT(json_of(response).value("field", ""), testing::StartsWith(row.field)) << row.what;
  }
  auto repeated = lesson_body(asset);
  repeated["tags"] = many_tags;
  const auto response = post("/api/v1/lessons", &author, repeated);
  EXPECT_EQ(response.status, 201) << "a repeated tag counts once";
}

TEST_F(LessonRoutes, OnlyPublishersCreate) {
  const auto asset = make_asset(member);

  EXPECT_EQ(post("/api/v1/lessons", &member, lesson_body(asset)).status, 403);
  EXPECT_EQ(post("/api/v1/lessons", nullptr, lesson_body(asset)).status, 401);
}

TEST_F(LessonRoutes, EditNeedsTheRevisionItWasMadeFor) {
  const auto id = create_lesson(author, lesson_body(make_asset(author)));
  const auto target = "/api/v1/lessons/" + id;
  const auto patch = [&](const char* title, const char* tag) {
    return call(http::Method::patch, target, &author, {{"title", title}}, {{"If-Match", tag}});
  };

  EXPECT_EQ(patch("二", "\"1\"").status, 200);
  EXPECT_EQ(patch("三", "\"1\"").status, 412);
  EXPECT_EQ(patch("三", "nonsense").status, 412);
  EXPECT_EQ(patch("三", "*").status, 200);
  const auto same = call(http::Method::patch, target, &author, {{"title", "三"}});
  EXPECT_EQ(header(same, "ETag"), "\"3\"") << "nothing changed, so there is no new revision";
}

TEST_F(LessonRoutes, EditOfALiveLessonMakesANewVersionWhileTheOldStays) {
  const auto id = create_live(lesson_body(make_asset(author), "旧"));

  const auto response =
      call(http::Method::patch, "/api/v1/lessons/" + id, &author, {{"title", "新"}});

  const auto lesson = json_of(response);
  EXPECT_EQ(lesson["state"], "live");
  EXPECT_EQ(lesson["working"]["state"], "draft");
  EXPECT_EQ(lesson["working"]["version"], 2);
  EXPECT_EQ(lesson["working"]["manifest_sha256"], "");
  EXPECT_EQ(lesson["live"]["title"], "旧");
  const auto seen = json_of(get("/api/v1/lessons/" + id, &member));
  EXPECT_EQ(seen["live"]["title"], "旧");
  EXPECT_FALSE(seen.contains("working"));
  EXPECT_TRUE(seen["playback"]["hls_url"].is_string());
  const auto overseen = json_of(get("/api/v1/lessons/" + id, &curator));
  EXPECT_EQ(overseen["working"]["title"], "旧") << "an unfinished draft is its owner's alone";
}

TEST_F(LessonRoutes, EditOfASubmittedVersionTakesItBackToDraft) {
  const auto id = create_lesson(author, lesson_body(make_asset(author)));
  const auto target = "/api/v1/lessons/" + id;
  ASSERT_EQ(post(target + "/submit", &author).status, 200);

  const auto edited = call(http::Method::patch, target, &author, {{"title", "新"}});

  EXPECT_EQ(json_of(edited)["working"]["state"], "draft");
  EXPECT_EQ(code_of(post(target + "/approve", &reviewer)), "lesson_not_found")
      << "a draft is not for reviewers";
  const auto log = json_of(get(target + "/decisions", &author))["items"];
  ASSERT_EQ(log.size(), 2u);
  EXPECT_EQ(log[1]["verdict"], "edited");
}

TEST_F(LessonRoutes, DeletingADraftErasesItsAssetUnlessAnotherLessonNamesIt) {
  const auto asset = make_asset(author);
  const auto first = create_lesson(author, lesson_body(asset));
  const auto second = create_lesson(author, lesson_body(asset));
  const auto exists = [&] {
    bool found = false;
    EXPECT_TRUE(store.read([&](storage::Transaction& transaction) -> Result<> {
      found = assets.find(transaction, asset).has_value();
      return {};
    }));
    return found;
  };

  EXPECT_EQ(call(http::Method::del, "/api/v1/lessons/" + first, &author).status, 204);
  EXPECT_TRUE(exists());
  EXPECT_EQ(call(http::Method::del, "/api/v1/lessons/" + second, &author).status, 204);
  EXPECT_FALSE(exists());
  EXPECT_EQ(get("/api/v1/lessons/" + second, &author).status, 404);
}

TEST_F(LessonRoutes, ALiveLessonIsRecalledBeforeItIsDeleted) {
  const auto id = create_live(lesson_body(make_asset(author)));
  const auto target = "/api/v1/lessons/" + id;

  EXPECT_EQ(code_of(call(http::Method::del, target, &author)), "lesson_is_live");
  EXPECT_EQ(call(http::Method::del, target, &curator).status, 403);
  ASSERT_EQ(post(target + "/recall", &author, {{"reason", "错"}}).status, 200);
  EXPECT_EQ(call(http::Method::del, target, &author).status, 204);
}

TEST_F(LessonRoutes, ListsTurnPagesWithoutRepeatOrGap) {
  std::set<std::string> made;
  const auto asset = make_asset(author);
  for (int i = 0; i < 7; ++i) {
    made.insert(create_lesson(author, lesson_body(asset)));
    if (i % 2 == 0) clock.advance(Milliseconds{1});
  }
  const auto other = make_person("another", {Role::publisher});
  create_lesson(other, lesson_body(make_asset(other)));

  std::set<std::string> seen;
  std::string target = "/api/v1/lessons?scope=mine&limit=3";
  std::string cursor;
  for (int page = 0; page < 3; ++page) {
    const auto json = json_of(get(target + (cursor.empty() ? "" : "&cursor=" + cursor), &author));
    for (const auto& item : json["items"]) EXPECT_TRUE(seen.insert(item["id"]).second);
    if (json["next_cursor"].is_null()) break;
    cursor = json["next_cursor"];
  }
  EXPECT_EQ(seen, made);
  EXPECT_EQ(code_of(get("/api/v1/lessons?scope=mine&cursor=AAAA", &author)), "invalid_cursor");
  EXPECT_EQ(code_of(get("/api/v1/lessons?scope=review&cursor=" + cursor, &reviewer)),
            "invalid_cursor")
      << "a cursor of one list is none of another";
}

TEST_F(LessonRoutes, QueuesBelongToTheirRoles) {
  const auto waiting = create_lesson(author, lesson_body(make_asset(author)));
  ASSERT_EQ(post("/api/v1/lessons/" + waiting + "/submit", &author).status, 200);
  const auto shown = create_live(lesson_body(make_asset(author)));
  const auto size = [&](const char* scope, const Person& person) {
    const auto response = get(std::string("/api/v1/lessons?scope=") + scope, &person);
    return response.status == 200 ? static_cast<int>(json_of(response)["items"].size())
                                  : -response.status;
  };

  EXPECT_EQ(size("review", reviewer), 1);
  EXPECT_EQ(size("review", member), -403);
  EXPECT_EQ(size("review", author), -403);
  EXPECT_EQ(size("live", curator), 1);
  EXPECT_EQ(size("live", reviewer), -403);
  EXPECT_EQ(size("approved", curator), 0);
  EXPECT_EQ(size("approved", member), -403);
  EXPECT_EQ(size("mine", member), 0);
  EXPECT_EQ(size("nothing", author), -400);
  ASSERT_EQ(post("/api/v1/lessons/" + waiting + "/approve", &reviewer).status, 200);
  EXPECT_EQ(size("approved", author), 1);
  EXPECT_EQ(size("approved", administrator), 1);
  EXPECT_EQ(size("review", reviewer), 0);
}

TEST_F(LessonRoutes, WhatIsNoIdNamesNothing) {
  for (const std::string& id : {std::string("x"), std::string("..%2f"), std::string(31, '0')}) {
    const auto status = get("/api/v1/lessons/" + id, &author).status;
    EXPECT_TRUE(status == 404 || status == 400) << id;
  }
  EXPECT_EQ(get("/api/v1/lessons/" + std::string(32, '0'), &author).status, 404);
}

TEST_F(LessonRoutes, SayWhyALiveLessonCanNotBePlayed) {
  const auto asset = make_asset(author);
  const auto lesson = create_live(lesson_body(asset));
  set_video_state(asset, VideoState::queued);

  const auto answer = get("/api/v1/lessons/" + lesson, &member);

  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(code_of(answer), "asset_not_playable");
}

}  // namespace
}  // namespace weike
