#include "tests/api/lessons/lesson_world.hpp"

#include <future>
#include <thread>

namespace weike {
namespace {

class LearningRoutes : public LessonWorld {
 protected:
  nlohmann::json beat(const std::string& id, const std::string& lesson,
                      const nlohmann::json& ranges, Milliseconds after = Milliseconds{0}) {
    return {{"id", id},
            {"lesson_id", lesson},
            {"ranges_ms", ranges},
            {"at", to_rfc3339(clock.now() + after)}};
  }
  http::Response send(const std::vector<nlohmann::json>& items, const Person* person = nullptr) {
    return settled(post("/api/v1/me/heartbeats", person ? person : &member, {{"items", items}}));
  }
  // What the engine sends in the end.
  static http::Response settled(http::Response response) {
    auto* later = std::get_if<std::shared_ptr<http::LaterAnswer>>(&response.body);
    if (later == nullptr) return response;
    std::promise<void> ready;
    (*later)->on_ready([&] { ready.set_value(); });
    ready.get_future().wait();
    return (*later)->answer();
  }
  nlohmann::json progress(const std::string& lesson) {
    return json_of(get("/api/v1/me/progress?lesson_id=" + lesson, &member))["items"];
  }
};

nlohmann::json pairs(std::initializer_list<std::pair<int, int>> ranges) {
  auto json = nlohmann::json::array();
  for (const auto& [begin, end] : ranges) json.push_back({begin, end});
  return json;
}

TEST_F(LearningRoutes, HeartbeatsAddUpAndSetTheResumePosition) {
  const auto lesson = create_live(lesson_body(make_asset(author)));

  const auto response = send({beat("a", lesson, pairs({{0, 1000}, {2000, 3000}})),
                              beat("b", lesson, pairs({{500, 2500}}), Milliseconds{-5000})});

  ASSERT_EQ(response.status, 200) << text_of(response);
  EXPECT_EQ(json_of(response)["items"][1], (nlohmann::json{{"id", "b"}, {"status", "stored"}}));
  const auto item = progress(lesson)[0];
  EXPECT_EQ(item["ranges_ms"], pairs({{0, 3000}}));
  EXPECT_EQ(item["watched_ms"], 3000);
  EXPECT_EQ(item["duration_ms"], 6000);
  EXPECT_EQ(item["percent"], 50);
  EXPECT_EQ(item["resume_ms"], 3000) << "of the item with the greatest time";
  EXPECT_EQ(json_of(get("/api/v1/lessons/" + lesson + "/playback", &member))["resume_ms"], 3000);
}

TEST_F(LearningRoutes, SendingAgainChangesNothing) {
  const auto lesson = create_live(lesson_body(make_asset(author)));
  const std::vector<nlohmann::json> items{beat("a", lesson, pairs({{0, 1000}}))};
  send(items);
  const auto first = progress(lesson);

  send(items);
  send(items);

  EXPECT_EQ(progress(lesson), first);
}

TEST_F(LearningRoutes, LateBeatsCountButDoNotMoveTheResumePosition) {
  const auto lesson = create_live(lesson_body(make_asset(author)));
  send({beat("new", lesson, pairs({{4000, 5000}}))});

  send({beat("old", lesson, pairs({{0, 1000}}), -std::chrono::hours{24 * 30})});

  const auto item = progress(lesson)[0];
  EXPECT_EQ(item["watched_ms"], 2000);
  EXPECT_EQ(item["resume_ms"], 5000);
}

TEST_F(LearningRoutes, AClockFarAheadCountsAsNow) {
  const auto lesson = create_live(lesson_body(make_asset(author)));
  send({beat("ahead", lesson, pairs({{4000, 5000}}), std::chrono::hours{1000})});
  clock.advance(std::chrono::seconds{1});

  send({beat("right", lesson, pairs({{0, 1000}}))});

  EXPECT_EQ(progress(lesson)[0]["resume_ms"], 1000);
}

TEST_F(LearningRoutes, OnlyLessonsOneMayOrMightSeeCount) {
  const auto draft = create_lesson(author, lesson_body(make_asset(author)));
  const auto recalled = create_live(lesson_body(make_asset(author)));
  ASSERT_EQ(post("/api/v1/lessons/" + recalled + "/recall", &author, {{"reason", "x"}}).status,
            200);
  const auto live = create_live(lesson_body(make_asset(author)));
  const auto range = pairs({{0, 1000}});

  const auto items = json_of(
      send({beat("draft", draft, range), beat("recalled", recalled, range),
            beat("live", live, range), beat("none", std::string(32, '0'), range),
            beat("no id", "../x", range), beat("reversed", live, pairs({{5, 5}}))}))["items"];

  EXPECT_EQ(items[0]["status"], "rejected");
  EXPECT_EQ(items[0]["code"], "lesson_not_found");
  EXPECT_EQ(items[1]["status"], "stored") << "watched before the recall";
  EXPECT_EQ(items[2]["status"], "stored");
  EXPECT_EQ(items[3]["code"], "lesson_not_found");
  EXPECT_EQ(items[4]["code"], "lesson_not_found");
  EXPECT_EQ(items[5]["code"], "bad_range");
  EXPECT_EQ(send({beat("x", live, range)}, nullptr).status, 200);
  EXPECT_EQ(post("/api/v1/me/heartbeats", nullptr, {{"items", nlohmann::json::array()}}).status,
            401);
}

struct BadBeat {
  const char* what;
  nlohmann::json patch;
  std::string field;
};

TEST_F(LearningRoutes, RefusesMalformedBatchesWhole) {
  const auto lesson = create_live(lesson_body(make_asset(author)));
  auto too_many = nlohmann::json::array();
  for (int i = 0; i < 201; ++i) too_many.push_back({i, i + 1});
  const BadBeat cases[] = {
      {"negative", {{"ranges_ms", nlohmann::json::parse("[[-1,5]]")}}, "items[0].ranges_ms"},
      {"fraction", {{"ranges_ms", nlohmann::json::parse("[[0.5,5]]")}}, "items[0].ranges_ms"},
      {"three numbers", {{"ranges_ms", nlohmann::json::parse("[[1,2,3]]")}}, "items[0].ranges_ms"},
      {"too large",
       {{"ranges_ms", nlohmann::json::parse("[[0,4294967296]]")}},
       "items[0].ranges_ms"},
      {"text", {{"ranges_ms", "all"}}, "items[0].ranges_ms"},
      {"too many", {{"ranges_ms", too_many}}, "items[0].ranges_ms"},
      {"no time", {{"at", "yesterday"}}, "items[0].at"},
      {"number for a time", {{"at", 5}}, "items[0].at"},
      {"unknown field", {{"speed", 2}}, "items[0].speed"},
      {"no text for an id", {{"id", 5}}, "items[0].id"},
  };
  for (const auto& row : cases) {
    auto item = beat("a", lesson, pairs({{0, 1000}}));
    item.update(row.patch);

    const auto response = send({item});

    EXPECT_EQ(response.status, 400) << row.what;
    EXPECT_EQ(json_of(response).value("field", ""), row.field) << row.what;
  }
  std::vector<nlohmann::json> many;
  for (int i = 0; i < 101; ++i) many.push_back(beat(std::to_string(i), lesson, pairs({{0, 1}})));
  EXPECT_EQ(send(many).status, 400);
  EXPECT_TRUE(progress(lesson).empty());
}

TEST_F(LearningRoutes, ProgressIsOnesOwnAndTurnsPages) {
  const auto asset = make_asset(author);
  std::set<std::string> watched;
  for (int i = 0; i < 5; ++i) {
    const auto lesson = create_live(lesson_body(asset));
    send({beat("a", lesson, pairs({{0, 1000}}))});
    watched.insert(lesson);
  }

  std::set<std::string> seen;
  std::string cursor;
  do {
    const auto page = json_of(
        get("/api/v1/me/progress?limit=2" + (cursor.empty() ? "" : "&cursor=" + cursor), &member));
    for (const auto& item : page["items"]) EXPECT_TRUE(seen.insert(item["lesson_id"]).second);
    cursor = page["next_cursor"].is_null() ? "" : page["next_cursor"].get<std::string>();
  } while (!cursor.empty());

  EXPECT_EQ(seen, watched);
  EXPECT_TRUE(json_of(get("/api/v1/me/progress", &author))["items"].empty());
  EXPECT_EQ(code_of(get("/api/v1/me/progress?cursor=x", &member)), "invalid_cursor");
  EXPECT_EQ(get("/api/v1/me/progress?lesson_id=x", &member).status, 400);
  EXPECT_EQ(get("/api/v1/me/progress").status, 401);
}

TEST_F(LearningRoutes, TheOverlayHoldsPersonalStateAndLinks) {
  const auto lesson = create_live(lesson_body(make_asset(author)));
  const auto draft = create_lesson(author, lesson_body(make_asset(author)));
  send({beat("a", lesson, pairs({{0, 1500}}))});

  const auto response =
      get("/api/v1/me/overlay?lesson_ids=" + lesson + "," + draft + "," + lesson, &member);

  const auto items = json_of(response)["items"];
  ASSERT_EQ(items.size(), 1u) << "what one may not see is left out, and each comes once";
  EXPECT_EQ(items[0]["resume_ms"], 1500);
  EXPECT_EQ(items[0]["percent"], 25);
  EXPECT_EQ(get(items[0]["media"]["hls_url"]).status, 200);
  EXPECT_EQ(get("/api/v1/me/overlay?lesson_ids=" + lesson).status, 401);
  EXPECT_EQ(get("/api/v1/me/overlay?lesson_ids=x", &member).status, 400);
  EXPECT_EQ(get("/api/v1/me/overlay", &member).status, 400);
  std::string many = lesson;
  for (int i = 0; i < 50; ++i) many += "," + LessonId::make_random().text();
  EXPECT_EQ(get("/api/v1/me/overlay?lesson_ids=" + many, &member).status, 400);
}

TEST_F(LearningRoutes, ABatchWaitsForItsCommitWithoutAThread) {
  const auto lesson = create_live(lesson_body(make_asset(author)));
  const std::vector<nlohmann::json> items{beat("a", lesson, pairs({{0, 1000}}))};

  const auto response = post("/api/v1/me/heartbeats", &member, {{"items", items}});

  EXPECT_TRUE(std::holds_alternative<std::shared_ptr<http::LaterAnswer>>(response.body));
  EXPECT_EQ(settled(response).status, 200);
}

TEST_F(LearningRoutes, MembersAreAskedToComeBackWhileTooManyWait) {
  const auto lesson = create_live(lesson_body(make_asset(author)));
  learning::HeartbeatOptions options;
  options.max_waiting = 0;
  learning::LearningService full(store, links, clock, options);
  http::Router own;
  learning::add_routes(own, full, "cursor key");
  http::Request request;
  request.viewer = member.viewer;
  request.headers.add("Content-Type", "application/json");
  const auto items = nlohmann::json::array({beat("a", lesson, pairs({{0, 1000}}))});
  request.body = nlohmann::json({{"items", items}}).dump();

  const auto response =
      own.find(http::Method::post, "/api/v1/me/heartbeats").route->handler(request);

  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(header(response, "Retry-After"), "2");
}

TEST_F(LearningRoutes, DevicesThatReportAtOnceLoseNothing) {
  const auto lesson = create_live(lesson_body(make_asset(author)));
  std::vector<std::thread> devices;
  for (int device = 0; device < 4; ++device) {
    devices.emplace_back([&, device] {
      for (int i = 0; i < 10; ++i) {
        const int begin = (device * 10 + i) * 100;
        EXPECT_EQ(send({beat("x", lesson, pairs({{begin, begin + 100}}))}).status, 200);
      }
    });
  }
  for (auto& device : devices) device.join();

  EXPECT_EQ(progress(lesson)[0]["watched_ms"], 4000);
}

}  // namespace
}  // namespace weike
