#include "tests/api/lessons/lesson_world.hpp"

#include <gmock/gmock.h>

namespace weike {
namespace {

class FeedRoutes : public LessonWorld {
 protected:
  std::string publish(const std::string& audience, const std::string& channel = "",
                      const std::string& title = "微课") {
    auto body = lesson_body(make_asset(author), title);
    body["audience"] = audience;
    if (!channel.empty()) body["channel"] = channel;
    clock.advance(Milliseconds{1});
    return create_live(body);
  }

  std::vector<std::string> titles(const std::string& target, const Person* person = nullptr) {
    std::vector<std::string> result;
    const auto page = json_of(get(target, person));
    for (const auto& item : page["items"]) result.push_back(item["title"]);
    return result;
  }
};

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(FeedRoutes, EachViewerGetsWhatItMaySeeNewestFirst) {
  publish("public", "news", "甲");
  publish("members", "news", "乙");
  publish("public", "", "丙");

  EXPECT_THAT(titles("/api/v1/feed"), ElementsAre("丙", "甲"));
  EXPECT_THAT(titles("/api/v1/feed", &member), ElementsAre("丙", "乙", "甲"));
  EXPECT_THAT(titles("/api/v1/feed?channel=news"), ElementsAre("甲"));
  EXPECT_THAT(titles("/api/v1/feed?channel=news", &member), ElementsAre("乙", "甲"));
  EXPECT_THAT(titles("/api/v1/feed?channel=exemplary", &member), IsEmpty());
}

TEST_F(FeedRoutes, ACardHoldsWhatTheNextScreenNeeds) {
  auto body = lesson_body(make_asset(author), "他说\"好\"\\<script>");
  body.update({{"audience", "public"}, {"channel", "news"}, {"tags", {"一", "二"}}});
  const auto id = create_live(body);

  const auto card = json_of(get("/api/v1/feed?channel=news"))["items"][0];

  EXPECT_EQ(card["lesson_id"], id);
  EXPECT_EQ(card["title"], "他说\"好\"\\<script>");
  EXPECT_EQ(card["tags"], nlohmann::json({"一", "二"}));
  EXPECT_EQ(card["orientation"], "landscape");
  EXPECT_EQ(card["duration_ms"], 6000);
  EXPECT_EQ(card["sizes"].size(), 3u);
  EXPECT_EQ(card["unit"]["name"], accounts.unit_name(kRootUnit));
  EXPECT_EQ(card["why"]["code"], "newest_in_channel");
  EXPECT_EQ(card["why"]["text"], "本频道最新");
  EXPECT_THAT(card["media"]["hls_url"].get<std::string>(), HasSubstr("/master.m3u8"));
  const auto english = json_of(get("/api/v1/feed", nullptr, {{"Accept-Language", "en"}}));
  EXPECT_EQ(english["items"][0]["why"]["text"], "Newest");
}

TEST_F(FeedRoutes, LinksOfACardPlay) {
  publish("public");

  const auto media = json_of(get("/api/v1/feed"))["items"][0]["media"];

  EXPECT_EQ(get(media["hls_url"]).status, 200);
  EXPECT_EQ(get(media["poster_url"]).status, 200);
}

TEST_F(FeedRoutes, MembersOnlyCardsCarryNoLinks) {
  publish("members");

  EXPECT_EQ(json_of(get("/api/v1/feed", &member))["items"][0]["media"], nullptr);
}

TEST_F(FeedRoutes, SharedSignaturesStayTheSameForSixHoursAndLiveAsLong) {
  publish("public");
  const auto url = [&]() -> std::string {
    return json_of(get("/api/v1/feed"))["items"][0]["media"]["hls_url"];
  };
  const auto into_bucket = clock.now().time_since_epoch() % std::chrono::hours{6};
  clock.advance(std::chrono::hours{6} - into_bucket);

  const auto first = url();
  clock.advance(std::chrono::hours{6} - Milliseconds{1});
  EXPECT_EQ(url(), first);
  const auto etag = header(get("/api/v1/feed"), "ETag");
  clock.advance(Milliseconds{1});
  EXPECT_NE(url(), first) << "a new bucket";
  EXPECT_NE(header(get("/api/v1/feed"), "ETag"), etag);
  clock.advance(std::chrono::hours{6} - std::chrono::seconds{1});
  EXPECT_EQ(get(first).status, 200) << "whoever got it last still has six hours";
  clock.advance(std::chrono::seconds{1});
  EXPECT_EQ(code_of(get(first)), "link_expired");
}

TEST_F(FeedRoutes, UnchangedPagesAre304UntilTheFeedChanges) {
  publish("public");
  const auto first = get("/api/v1/feed");
  const auto etag = header(first, "ETag");

  const auto again = get("/api/v1/feed", nullptr, {{"If-None-Match", etag}});
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(header(again, "ETag"), etag);
  publish("public");
  const auto changed = get("/api/v1/feed", nullptr, {{"If-None-Match", etag}});

  EXPECT_EQ(changed.status, 200);
  EXPECT_NE(header(changed, "ETag"), etag);
}

TEST_F(FeedRoutes, CachesMayKeepVisitorsPagesOnly) {
  publish("public");

  EXPECT_THAT(header(get("/api/v1/feed"), "Cache-Control"), HasSubstr("s-maxage=10"));
  EXPECT_THAT(header(get("/api/v1/feed"), "Vary"), HasSubstr("Cookie"));
  EXPECT_EQ(header(get("/api/v1/feed", &member), "Cache-Control"), "private, no-cache");
}

TEST_F(FeedRoutes, RecalledLessonsDisappearAtOnceAlsoFromTheHotLane) {
  const auto id = publish("public");
  ASSERT_EQ(json_of(get("/api/v1/feed"))["items"].size(), 1u);
  ASSERT_TRUE(get_hot("/api/v1/feed"));

  ASSERT_EQ(post("/api/v1/lessons/" + id + "/recall", &curator, {{"reason", "x"}}).status, 200);

  EXPECT_FALSE(get_hot("/api/v1/feed")) << "the page in memory is old";
  EXPECT_TRUE(json_of(get("/api/v1/feed"))["items"].empty());
}

TEST_F(FeedRoutes, TheHotLaneAnswersTheSameOrLeavesItToTheHandler) {
  publish("public", "news");
  const auto expected = get("/api/v1/feed?channel=news&limit=5", &member);

  const auto hot = get_hot("/api/v1/feed?channel=news&limit=5", &member);

  ASSERT_TRUE(hot);
  EXPECT_EQ(text_of(*hot), text_of(expected));
  EXPECT_EQ(hot->headers.fields(), expected.headers.fields());
  const auto not_modified = get_hot("/api/v1/feed?channel=news&limit=5", &member,
                                    {{"If-None-Match", header(expected, "ETag")}});
  ASSERT_TRUE(not_modified);
  EXPECT_EQ(not_modified->status, 304);
  for (const std::string query :
       {"?channel=new%73&limit=5", "?limit=5&limit=5", "?limit=0", "?limit=51", "?limit=x",
        "?limit=99999999999999999999", "?cursor=bogus", "?other=1", "?channel", "?limit=+5"})
    EXPECT_FALSE(get_hot("/api/v1/feed" + query, &member)) << query;
  Person unknown = member;
  unknown.token = "AAAA";
  EXPECT_FALSE(get_hot("/api/v1/feed?channel=news&limit=5", &unknown))
      << "a session that is not in memory is the handler's";
}

TEST_F(FeedRoutes, TheHotLaneTurnsToPagesThatNobodyHasAskedFor) {
  for (const auto* title : {"甲", "乙", "丙"}) publish("public", "", title);
  const std::string cursor = json_of(get("/api/v1/feed?limit=1"))["next_cursor"];

  const auto hot = get_hot("/api/v1/feed?limit=1&cursor=" + cursor);

  ASSERT_TRUE(hot);
  EXPECT_EQ(json_of(*hot)["items"][0]["title"], "乙");
  const auto handled = get("/api/v1/feed?limit=1&cursor=" + cursor);
  EXPECT_EQ(text_of(*hot), text_of(handled));
  EXPECT_EQ(hot->headers.fields(), handled.headers.fields());
}

TEST_F(FeedRoutes, APageIsPackedOnceItIsAskedForAgain) {
  publish("public");
  const HeaderList gzip = {{"Accept-Encoding", "gzip"}};

  const auto first = get("/api/v1/feed", nullptr, gzip);
  const auto second = get("/api/v1/feed", nullptr, gzip);

  EXPECT_EQ(header(first, "Content-Encoding"), "");
  EXPECT_THAT(header(first, "Vary"), HasSubstr("Accept-Encoding"));
  EXPECT_EQ(header(second, "Content-Encoding"), "gzip");
  EXPECT_EQ(header(*get_hot("/api/v1/feed", nullptr, gzip), "Content-Encoding"), "gzip");
}

// The server may have forgotten the page since, or be another process.
TEST_F(FeedRoutes, WhoHasAPackedPageIsToldThatItIsUnchanged) {
  publish("public");
  const HeaderList gzip = {{"Accept-Encoding", "gzip"}};
  get("/api/v1/feed", nullptr, gzip);
  const auto etag = header(get("/api/v1/feed", nullptr, gzip), "ETag");
  feed::FeedVersions fresh_versions;
  feed::FeedService fresh{store, fresh_versions, links,
                          clock, "cursor key",   lessons::default_channels()};
  router = {};
  feed::add_routes(router, fresh, [](const http::RequestHead&) { return false; });

  const auto again =
      get("/api/v1/feed", nullptr, {{"Accept-Encoding", "gzip"}, {"If-None-Match", etag}});

  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(header(again, "ETag"), etag);
}

TEST_F(FeedRoutes, RefusesBadQueries) {
  EXPECT_EQ(get("/api/v1/feed?channel=nowhere").status, 404);
  EXPECT_EQ(code_of(get("/api/v1/feed?channel=nowhere")), "unknown_channel");
  EXPECT_EQ(get("/api/v1/feed?limit=0").status, 400);
  EXPECT_EQ(get("/api/v1/feed?limit=51").status, 400);
  EXPECT_EQ(code_of(get("/api/v1/feed?cursor=AAAA")), "invalid_cursor");
}

TEST_F(FeedRoutes, ATamperedOrForeignCursorIsRefused) {
  publish("public", "news");
  publish("public", "news");
  const std::string cursor = json_of(get("/api/v1/feed?limit=1"))["next_cursor"];
  ASSERT_EQ(get("/api/v1/feed?limit=1&cursor=" + cursor).status, 200);

  for (std::size_t i = 0; i < cursor.size(); ++i) {
    auto tampered = cursor;
    tampered[i] = tampered[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(code_of(get("/api/v1/feed?limit=1&cursor=" + tampered)), "invalid_cursor") << i;
  }
  EXPECT_EQ(code_of(get("/api/v1/feed?channel=news&cursor=" + cursor)), "invalid_cursor");
}

TEST_F(FeedRoutes, ANewVersionKeepsItsPlaceAndChangesItsCard) {
  const auto id = publish("public", "news", "旧");
  publish("public", "news", "后来的");
  const auto lesson = "/api/v1/lessons/" + id;
  ASSERT_EQ(call(http::Method::patch, lesson, &author,
                 {{"title", "新"}, {"channel", "exemplary"}, {"audience", "members"}})
                .status,
            200);
  const std::string old_url =
      json_of(get("/api/v1/feed?channel=news"))["items"][1]["media"]["hls_url"];
  EXPECT_THAT(titles("/api/v1/feed"), ElementsAre("后来的", "旧"));

  bring_live(id);

  EXPECT_THAT(titles("/api/v1/feed"), ElementsAre("后来的"));
  EXPECT_THAT(titles("/api/v1/feed", &member), ElementsAre("后来的", "新"));
  EXPECT_THAT(titles("/api/v1/feed?channel=news", &member), ElementsAre("后来的"));
  EXPECT_THAT(titles("/api/v1/feed?channel=exemplary", &member), ElementsAre("新"));
  EXPECT_EQ(code_of(get(old_url)), "link_expired") << "visitors lose the lesson for members";
}

TEST_F(FeedRoutes, TheCardFollowsItsUnfinishedVideo) {
  const auto asset = make_asset(author, VideoState::publishable);
  auto body = lesson_body(asset);
  body["audience"] = "public";
  create_live(body);
  const auto card = [&] { return json_of(get("/api/v1/feed"))["items"][0]; };
  EXPECT_EQ(card()["sizes"].size(), 2u);
  EXPECT_EQ(card()["media"]["poster_url"], nullptr);

  set_video_state(asset, VideoState::ready);
  publisher.refresh_unfinished();

  EXPECT_EQ(card()["sizes"].size(), 3u);
  EXPECT_TRUE(card()["media"]["poster_url"].is_string());
}

TEST_F(FeedRoutes, ARecallSparesTheOtherLessonsOfTheSameVideo) {
  auto body = lesson_body(make_asset(author), "一");
  body["audience"] = "public";
  const auto first = create_live(body);
  body["title"] = "二";
  create_live(body);

  ASSERT_EQ(post("/api/v1/lessons/" + first + "/recall", &curator, {{"reason", "x"}}).status, 200);

  const auto items = json_of(get("/api/v1/feed"))["items"];
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(get(items[0]["media"]["hls_url"]).status, 200) << "the card has the new epoch";
}

TEST_F(FeedRoutes, ChannelsAreInTheReadersLanguage) {
  const auto zh = json_of(get("/api/v1/channels"))["items"];
  const auto en =
      json_of(get("/api/v1/channels", nullptr, {{"Accept-Language", "en-GB"}}))["items"];

  EXPECT_EQ(zh[0], (nlohmann::json{{"id", "micro-lessons"}, {"title", "微党课"}}));
  EXPECT_EQ(en[0]["title"], "Micro-lessons");
}

}  // namespace
}  // namespace weike
