#include "api/review/decision_log.hpp"
#include "storage/records/keys.hpp"
#include "tests/api/lessons/lesson_world.hpp"

namespace weike {
namespace {

using ReviewRoutes = LessonWorld;

TEST_F(ReviewRoutes, SubmitWaitsForTheFirstPlayableSegment) {
  const auto asset = make_asset(author, VideoState::queued);
  const auto lesson = "/api/v1/lessons/" + create_lesson(author, lesson_body(asset));

  EXPECT_EQ(code_of(post(lesson + "/submit", &author)), "asset_not_playable");
  set_video_state(asset, VideoState::playable);
  const auto submitted = post(lesson + "/submit", &author);

  EXPECT_EQ(submitted.status, 200);
  EXPECT_EQ(json_of(submitted)["working"]["manifest_sha256"].get<std::string>().size(), 64u);
  EXPECT_EQ(code_of(post(lesson + "/submit", &author)), "not_a_draft");
}

TEST_F(ReviewRoutes, SubmitWaitsForTheHashOfTheSource) {
  const auto asset = make_asset(author, VideoState::playable);
  const auto lesson = "/api/v1/lessons/" + create_lesson(author, lesson_body(asset));
  const auto set_hash = [&](const std::string& sha256) {
    return store.transact([&](storage::Transaction& transaction) -> Result<> {
      auto changed = assets.find(transaction, asset).value();
      changed.source_sha256 = sha256;
      return assets.save(transaction, changed);
    });
  };

  ASSERT_TRUE(set_hash(""));
  EXPECT_EQ(code_of(post(lesson + "/submit", &author)), "asset_not_playable");
  ASSERT_TRUE(set_hash(std::string(64, 'a')));
  EXPECT_EQ(post(lesson + "/submit", &author).status, 200);
}

TEST_F(ReviewRoutes, PublishWaitsForTheSmallestRendition) {
  const auto asset = make_asset(author, VideoState::playable);
  const auto lesson = "/api/v1/lessons/" + create_lesson(author, lesson_body(asset));
  ASSERT_EQ(post(lesson + "/submit", &author).status, 200);
  EXPECT_EQ(code_of(post(lesson + "/publish", &author)), "not_approved");
  ASSERT_EQ(post(lesson + "/approve", &reviewer).status, 200);

  EXPECT_EQ(code_of(post(lesson + "/publish", &author)), "asset_not_publishable");
  set_video_state(asset, VideoState::publishable);
  EXPECT_EQ(post(lesson + "/publish", &author).status, 200);
}

TEST_F(ReviewRoutes, NobodyDecidesAboutAnOwnSubmission) {
  for (const auto role : {Role::reviewer, Role::administrator}) {
    const auto both =
        make_person(role == Role::reviewer ? "both-one" : "both-two", {Role::publisher, role});
    const auto lesson = "/api/v1/lessons/" + create_lesson(both, lesson_body(make_asset(both)));
    ASSERT_EQ(post(lesson + "/submit", &both).status, 200);

    const auto approved = post(lesson + "/approve", &both);
    const auto returned = post(lesson + "/return", &both, {{"reason", "x"}});

    EXPECT_EQ(approved.status, 403);
    EXPECT_EQ(code_of(approved), "own_submission");
    EXPECT_EQ(code_of(returned), "own_submission");
  }
}

TEST_F(ReviewRoutes, ADecisionIsBoundToWhatWasSeen) {
  const auto lesson = "/api/v1/lessons/" + create_lesson(author, lesson_body(make_asset(author)));
  const auto seen = json_of(post(lesson + "/submit", &author))["working"]["manifest_sha256"];
  ASSERT_EQ(call(http::Method::patch, lesson, &author, {{"title", "换了"}}).status, 200);
  const auto now = json_of(post(lesson + "/submit", &author))["working"]["manifest_sha256"];

  const auto stale = post(lesson + "/approve", &reviewer, {{"manifest_sha256", seen}});

  EXPECT_NE(seen, now);
  EXPECT_EQ(stale.status, 412);
  EXPECT_EQ(code_of(stale), "stale_manifest");
  EXPECT_EQ(post(lesson + "/approve", &reviewer, {{"manifest_sha256", now}}).status, 200);
}

TEST_F(ReviewRoutes, ReturnGivesTheReasonAndMakesADraft) {
  const auto lesson = "/api/v1/lessons/" + create_lesson(author, lesson_body(make_asset(author)));
  ASSERT_EQ(post(lesson + "/submit", &author).status, 200);

  EXPECT_EQ(post(lesson + "/return", &reviewer).status, 400) << "a reason is needed";
  EXPECT_EQ(post(lesson + "/return", &reviewer, {{"reason", " "}}).status, 400);
  const auto returned = post(lesson + "/return", &reviewer, {{"reason", "声音太小\n请重录"}});

  EXPECT_EQ(returned.status, 200);
  EXPECT_EQ(json_of(returned)["working"]["state"], "draft")
      << "the reviewer sees what became of it";
  EXPECT_EQ(get(lesson, &reviewer).status, 404);
  const auto own = json_of(get(lesson, &author));
  EXPECT_EQ(own["state"], "draft");
  EXPECT_EQ(own["working"]["return_reason"], "声音太小\n请重录");
  EXPECT_EQ(json_of(post(lesson + "/submit", &author))["working"]["return_reason"], "");
}

TEST_F(ReviewRoutes, RecallTakesTheLessonAwayAndPublishPutsItBackInItsPlace) {
  auto body = lesson_body(make_asset(author));
  body["audience"] = "public";
  const auto id = create_live(body);
  const auto lesson = "/api/v1/lessons/" + id;
  const auto published_at = json_of(get(lesson, &author))["published_at"];
  clock.advance(std::chrono::hours{1});

  const auto recalled = json_of(post(lesson + "/recall", &author, {{"reason", "有误"}}));

  EXPECT_EQ(recalled["state"], "recalled");
  EXPECT_EQ(recalled["recall_reason"], "有误");
  EXPECT_TRUE(json_of(get("/api/v1/feed"))["items"].empty());
  EXPECT_EQ(code_of(post(lesson + "/recall", &author, {{"reason", "x"}})), "lesson_not_live");
  const auto back = json_of(post(lesson + "/publish", &author));
  EXPECT_EQ(back["state"], "live");
  EXPECT_EQ(back["recall_reason"], "");
  EXPECT_EQ(back["published_at"], published_at);
  EXPECT_EQ(json_of(get("/api/v1/feed"))["items"].size(), 1u);
}

TEST_F(ReviewRoutes, WhatACuratorRecalledItsOwnerPutsBackOnlyThroughReview) {
  const auto id = create_live(lesson_body(make_asset(author)));
  const auto lesson = "/api/v1/lessons/" + id;
  ASSERT_EQ(post(lesson + "/recall", &curator, {{"reason", "待核实"}}).status, 200);

  EXPECT_EQ(code_of(post(lesson + "/publish", &author)), "recalled_by_curator");
  ASSERT_EQ(call(http::Method::patch, lesson, &author, {{"title", "改正"}}).status, 200);
  ASSERT_EQ(post(lesson + "/submit", &author).status, 200);
  ASSERT_EQ(post(lesson + "/approve", &reviewer).status, 200);
  const auto back = post(lesson + "/publish", &author);

  EXPECT_EQ(back.status, 200);
  EXPECT_EQ(json_of(back)["live"]["title"], "改正");
}

TEST_F(ReviewRoutes, EveryStepIsInTheChainedLog) {
  const auto id = create_live(lesson_body(make_asset(author)));
  const auto lesson = "/api/v1/lessons/" + id;
  ASSERT_EQ(post(lesson + "/recall", &curator, {{"reason", "r"}}).status, 200);

  const auto items = json_of(get(lesson + "/decisions", &author))["items"];

  std::vector<std::string> verdicts;
  for (const auto& item : items) verdicts.push_back(item["verdict"]);
  EXPECT_EQ(verdicts, (std::vector<std::string>{"submitted", "approved", "published", "recalled"}));
  EXPECT_EQ(items[1]["by"]["display_name"], "reviewer");
  EXPECT_EQ(items[0]["manifest_sha256"], items[1]["manifest_sha256"]);
  EXPECT_EQ(items[3]["reason"], "r");
  EXPECT_EQ(review::verify_decisions(store).value(), 4u);
}

TEST_F(ReviewRoutes, TheLogShowsWhatWasTamperedWith) {
  create_live(lesson_body(make_asset(author)));
  const auto tamper = [&](std::uint64_t number, const std::function<void(nlohmann::json&)>& edit) {
    auto done = store.transact([&](storage::Transaction& transaction) -> Result<> {
      const auto key = storage::keys::decision(number);
      auto entry = nlohmann::json::parse(transaction.get(key).value().value());
      edit(entry);
      return transaction.put(key, entry.dump());
    });
    ASSERT_TRUE(done);
  };
  tamper(2, [](nlohmann::json& entry) { entry["by"] = std::string(32, '1'); });
  const auto changed = review::verify_decisions(store);

  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().code, ErrorCode::corrupt);
  EXPECT_NE(changed.error().message.find("entry 2"), std::string::npos);
}

TEST_F(ReviewRoutes, TheLogShowsWhatWasLeftOut) {
  create_live(lesson_body(make_asset(author)));
  ASSERT_TRUE(store.transact([&](storage::Transaction& transaction) -> Result<> {
    return transaction.erase(storage::keys::decision(1));
  }));

  EXPECT_EQ(review::verify_decisions(store).error().code, ErrorCode::corrupt);
}

TEST_F(ReviewRoutes, RefusesBodiesThatAreNone) {
  const auto lesson = "/api/v1/lessons/" + create_lesson(author, lesson_body(make_asset(author)));
  ASSERT_EQ(post(lesson + "/submit", &author).status, 200);

  EXPECT_EQ(code_of(post(lesson + "/approve", &reviewer, "{")), "malformed_json");
  EXPECT_EQ(code_of(post(lesson + "/approve", &reviewer, {{"x", 1}})), "unknown_field");
  EXPECT_EQ(code_of(post(lesson + "/return", &reviewer, {{"reason", 1}})), "wrong_type");
}

}  // namespace
}  // namespace weike
