#include "tests/api/lessons/lesson_world.hpp"

#include <gmock/gmock.h>

namespace weike {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class MediaRoutes : public LessonWorld {
 protected:
  // The signed folder of a live lesson, for somebody or for everyone.
  std::string folder(const std::string& lesson, const Person* person) {
    const auto json = json_of(get("/api/v1/lessons/" + lesson + "/playback", person));
    const std::string url = json.value("hls_url", "");
    return url.substr(0, url.rfind('/') + 1);
  }

  std::string make_live(const std::string& audience, VideoState state = VideoState::ready) {
    asset = make_asset(author, state);
    auto body = lesson_body(asset);
    body["audience"] = audience;
    return create_live(body);
  }

  // The same answer from both lanes, once the hot one has what it needs.
  http::Response get_both(const std::string& target, const HeaderList& headers = {}) {
    auto response = get(target, nullptr, headers);
    const auto hot = get_hot(target, nullptr, headers);
    EXPECT_TRUE(hot) << target;
    if (hot) {
      EXPECT_EQ(hot->status, response.status) << target;
      EXPECT_EQ(hot->headers.fields(), response.headers.fields()) << target;
      EXPECT_EQ(text_of(*hot), text_of(response)) << target;
    }
    return response;
  }

  AssetId asset;
};

struct FileCase {
  std::string file;
  std::string type;
  std::string starts_with;
};

TEST_F(MediaRoutes, EveryFileHasItsTypeOnBothLanes) {
  const auto media = folder(make_live("members"), &member);
  const FileCase cases[] = {
      {"master.m3u8", "application/vnd.apple.mpegurl", "#EXTM3U"},
      {"v360/index.m3u8", "application/vnd.apple.mpegurl", "#EXTM3U"},
      {"a64/index.m3u8", "application/vnd.apple.mpegurl", "#EXTM3U"},
      {"v360/init.mp4", "video/mp4", "init"},
      {"v720/2.m4s", "video/mp4", "v720 segment 2"},
      {"a64/init.mp4", "audio/mp4", "init"},
      {"a64/0.m4s", "audio/mp4", "a64 segment 0"},
      {"poster.jpg", "image/jpeg", "poster"},
      {"poster_small.jpg", "image/jpeg", "small"},
  };
  for (const auto& row : cases) {
    const auto response = get_both(media + row.file);

    EXPECT_EQ(response.status, 200) << row.file;
    EXPECT_EQ(header(response, "Content-Type"), row.type);
    EXPECT_THAT(text_of(response), StartsWith(row.starts_with));
    EXPECT_EQ(header(response, "Cache-Control"), "private, no-cache") << row.file;
    EXPECT_EQ(header(response, "Access-Control-Allow-Origin"), "");
    const auto again = get_both(media + row.file, {{"If-None-Match", header(response, "ETag")}});
    EXPECT_EQ(again.status, 304) << row.file;
  }
}

TEST_F(MediaRoutes, SharedLinksMayBeKeptByCaches) {
  const auto media = folder(make_live("public"), nullptr);

  EXPECT_THAT(header(get_both(media + "v360/0.m4s"), "Cache-Control"), HasSubstr("immutable"));
  EXPECT_THAT(header(get_both(media + "poster.jpg"), "Cache-Control"), HasSubstr("immutable"));
  EXPECT_THAT(header(get_both(media + "master.m3u8"), "Cache-Control"), HasSubstr("s-maxage=10"));
}

struct RangeCase {
  std::string range;
  std::string if_range;
  int status;
  std::string content_range;
  std::string text;
};

TEST_F(MediaRoutes, AnswersRanges) {
  const auto target = folder(make_live("members"), &member) + "v360/0.m4s";  // "v360 segment 0"
  const auto etag = header(get(target), "ETag");
  const RangeCase cases[] = {
      {"bytes=0-3", "", 206, "bytes 0-3/14", "v360"},
      {"bytes=5-", "", 206, "bytes 5-13/14", "segment 0"},
      {"bytes=-1", "", 206, "bytes 13-13/14", "0"},
      {"bytes=5-999", "", 206, "bytes 5-13/14", "segment 0"},
      {"bytes=14-", "", 416, "bytes */14", ""},
      {"bytes=3-1", "", 200, "", "v360 segment 0"},
      {"bytes=0-1,3-4", "", 200, "", "v360 segment 0"},
      {"lines=0-3", "", 200, "", "v360 segment 0"},
      {"bytes=0-3", etag, 206, "bytes 0-3/14", "v360"},
      {"bytes=0-3", "\"other\"", 200, "", "v360 segment 0"},
      {"bytes=0-3", "W/" + etag, 200, "", "v360 segment 0"},
  };
  for (const auto& row : cases) {
    HeaderList headers{{"Range", row.range}};
    if (!row.if_range.empty()) headers.emplace_back("If-Range", row.if_range);

    const auto response = get_both(target, headers);

    EXPECT_EQ(response.status, row.status) << row.range << ' ' << row.if_range;
    EXPECT_EQ(header(response, "Content-Range"), row.content_range) << row.range;
    EXPECT_EQ(text_of(response), row.text) << row.range;
    EXPECT_EQ(header(response, "Accept-Ranges"), "bytes");
  }
  const auto head = call(http::Method::head, target, nullptr, nullptr, {{"Range", "bytes=0-3"}});
  EXPECT_EQ(head.status, 200) << "a range is for GET alone";
}

TEST_F(MediaRoutes, ASegmentThatIsNotMadeYetComesLater) {
  const auto media = folder(make_live("members", VideoState::publishable), &member);

  const auto response = get(media + "v720/2.m4s");

  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(code_of(response), "segment_not_ready");
  EXPECT_EQ(header(response, "Retry-After"), "2");
  EXPECT_FALSE(get_hot(media + "v720/2.m4s"));
  EXPECT_EQ(get(media + "poster.jpg").status, 503);
  set_video_state(asset, VideoState::ready);
  EXPECT_EQ(get(media + "v720/2.m4s").status, 200);
}

TEST_F(MediaRoutes, NamesOutsideThePlanAreNothing) {
  const auto media = folder(make_live("members"), &member);
  for (const std::string name : {"v360/3.m4s",
                                 "v360/00.m4s",
                                 "v360/+1.m4s",
                                 "v360/-1.m4s",
                                 "v360/.m4s",
                                 "v360/0.m4s/",
                                 "v360/4294967296.m4s",
                                 "v360/99999999999999999999.m4s",
                                 "v1080/0.m4s",
                                 "v360/init.mp4x",
                                 "plan.json",
                                 "v360",
                                 "v360/",
                                 "",
                                 "master.m3u8/",
                                 "V360/0.m4s",
                                 "a64/poster.jpg",
                                 "v360//0.m4s",
                                 "poster.jpg%00",
                                 "source",
                                 "%2561"}) {
    const auto response = get(media + name);
    EXPECT_TRUE(response.status == 404 || response.status == 400) << name << response.status;
    EXPECT_FALSE(get_hot(media + name)) << name;
  }
  for (const std::string name : {"../plan.json", "..%2fplan.json", "%2e%2e/plan.json",
                                 "v360/..%5c..", "./master.m3u8", "v360/%2e%2e/master.m3u8"}) {
    EXPECT_GE(get(media + name).status, 400) << name;
    EXPECT_LT(get(media + name).status, 500) << name;
    EXPECT_FALSE(get_hot(media + name)) << name;
  }
}

TEST_F(MediaRoutes, RefusesTamperedForeignAndExpiredSignatures) {
  const auto first = make_live("members");
  const auto media = folder(first, &member);
  const auto foreign = folder(make_live("members"), &member);
  ASSERT_EQ(get(media + "v360/0.m4s").status, 200);
  ASSERT_TRUE(get_hot(media + "v360/0.m4s"));

  const auto refused = [&](const std::string& target, const std::string& code) {
    const auto response = get(target + "v360/0.m4s");
    EXPECT_EQ(response.status, 403) << target;
    EXPECT_EQ(code_of(response), code) << target;
    EXPECT_FALSE(get_hot(target + "v360/0.m4s")) << target;
  };
  auto tampered = media;
  tampered[media.size() - 2] = tampered[media.size() - 2] == 'A' ? 'B' : 'A';
  refused(tampered, "bad_signature");
  refused(media.substr(0, 7 + 32) + foreign.substr(7 + 32), "bad_signature");
  EXPECT_EQ(get("/media/nonsense/x/master.m3u8").status, 404);

  clock.advance(std::chrono::hours{12} + std::chrono::seconds{1});
  refused(media, "link_expired");
}

TEST_F(MediaRoutes, RecallStopsLinksAtOnceAlsoRunningTransfers) {
  for (const std::string audience : {"public", "members"}) {
    const auto id = make_live(audience);
    const auto shared = audience == "public";
    const auto media = folder(id, shared ? nullptr : &member);
    const auto preview =
        json_of(get("/api/v1/lessons/" + id + "/playback?version=working", &author));
    const auto running = get(media + "v360/0.m4s");
    const auto running_hot = get_hot(media + "v360/0.m4s");
    ASSERT_TRUE(running_hot);
    const auto holds = [](const http::Response& response) {
      return std::get<http::FileBody>(response.body).permit->holds();
    };
    ASSERT_TRUE(holds(running));

    ASSERT_EQ(post("/api/v1/lessons/" + id + "/recall", &curator, {{"reason", "x"}}).status, 200);

    EXPECT_FALSE(holds(running));
    EXPECT_FALSE(holds(*running_hot));
    for (const std::string file : {"master.m3u8", "v360/0.m4s", "poster.jpg"}) {
      EXPECT_EQ(get(media + file).status, 410) << file;
      EXPECT_EQ(code_of(get(media + file)), "lesson_recalled");
      EXPECT_FALSE(get_hot(media + file)) << file;
    }
    EXPECT_EQ(get(preview["hls_url"]).status, 410);
    EXPECT_EQ(get("/api/v1/lessons/" + id + "/playback", &member).status, 410);

    ASSERT_EQ(post("/api/v1/lessons/" + id + "/publish", &curator).status, 200);
    EXPECT_EQ(code_of(get(media + "master.m3u8")), "link_expired") << "ask for a new link";
    EXPECT_EQ(get(folder(id, &member) + "master.m3u8").status, 200);
  }
}

TEST_F(MediaRoutes, ARecallByAnotherNodeIsSeenWithinTheStaleness) {
  const auto media = folder(make_live("members"), &member);
  const auto running = get(media + "v360/0.m4s");
  ASSERT_TRUE(get_hot(media + "v360/0.m4s"));
  ASSERT_TRUE(store.transact([&](storage::Transaction& transaction) -> Result<> {
    auto raised = assets.raise_epoch(transaction, asset);
    return raised ? Result<>{} : Result<>{raised.error()};
  }));

  clock.advance(std::chrono::seconds{5});

  EXPECT_FALSE(get_hot(media + "v360/0.m4s")) << "what is known is too old for the hot lane";
  const auto& permit = std::get<http::FileBody>(running.body).permit;
  delivery.tend();
  EXPECT_FALSE(permit->holds());
}

TEST_F(MediaRoutes, ADisabledAccountLosesItsLinksAndOthersKeepTheirs) {
  const auto id = make_live("members");
  const auto lost = folder(id, &member);
  const auto kept = folder(id, &reviewer);
  const auto running = get(lost + "v360/0.m4s");
  ASSERT_TRUE(get_hot(lost + "v360/0.m4s"));

  ASSERT_TRUE(accounts.disable("member"));
  clock.advance(std::chrono::seconds{5});
  delivery.tend();

  EXPECT_FALSE(std::get<http::FileBody>(running.body).permit->holds());
  EXPECT_EQ(code_of(get(lost + "v360/0.m4s")), "link_expired");
  EXPECT_FALSE(get_hot(lost + "v360/0.m4s"));
  EXPECT_EQ(get(kept + "v360/0.m4s").status, 200);
}

TEST_F(MediaRoutes, EndedSessionsStopLinksAtOnceWhenTheGateIsTold) {
  const auto media = folder(make_live("members"), &member);
  const auto running = get(media + "v360/0.m4s");

  gate.end_viewer(member.id);

  EXPECT_FALSE(std::get<http::FileBody>(running.body).permit->holds());
  EXPECT_EQ(get(media + "v360/0.m4s").status, 200) << "the account still has a session";
}

TEST_F(MediaRoutes, DeletingALessonStopsItsPreviewAndFreesItsDescriptors) {
  asset = make_asset(author);
  const auto id = create_lesson(author, lesson_body(asset));
  const auto json = json_of(get("/api/v1/lessons/" + id + "/playback?version=working", &author));
  const std::string url = json["hls_url"];
  const auto segment = url.substr(0, url.rfind('/') + 1) + "v360/0.m4s";
  std::weak_ptr<const storage::OpenFile> open;
  {
    const auto response = get(segment);
    open = std::get<http::FileBody>(response.body).file;
  }
  ASSERT_FALSE(open.expired()) << "the descriptor stays open for the next request";

  ASSERT_EQ(call(http::Method::del, "/api/v1/lessons/" + id, &author).status, 204);
  EXPECT_EQ(get(segment).status, 404);
  EXPECT_FALSE(get_hot(segment));
  clock.advance(std::chrono::seconds{31});
  delivery.tend();

  EXPECT_TRUE(open.expired());
}

TEST_F(MediaRoutes, TheMasterPlaylistIsReplacedOnceAtReady) {
  const auto media = folder(make_live("members", VideoState::publishable), &member);
  const auto declared = text_of(get(media + "master.m3u8"));
  EXPECT_THAT(declared, testing::Not(HasSubstr("AVERAGE-BANDWIDTH")));

  set_video_state(asset, VideoState::ready);
  clock.advance(std::chrono::seconds{5});

  EXPECT_THAT(text_of(get(media + "master.m3u8")), HasSubstr("AVERAGE-BANDWIDTH"));
}

TEST_F(MediaRoutes, PlaybackStartsAtPlayableAndSaysEverythingAPlayerNeeds) {
  asset = make_asset(author, VideoState::queued);
  const auto lesson = "/api/v1/lessons/" + create_lesson(author, lesson_body(asset));
  const auto working = lesson + "/playback?version=working";

  EXPECT_EQ(code_of(get(working, &author)), "asset_not_playable");
  set_video_state(asset, VideoState::playable);
  const auto json = json_of(get(working, &author));

  EXPECT_EQ(json["duration_ms"], 6000);
  EXPECT_EQ(json["version"], 1);
  EXPECT_EQ(json["resume_ms"], 0);
  EXPECT_EQ(json["has_audio"], true);
  EXPECT_EQ(json["poster_url"], nullptr);
  EXPECT_GE(from_rfc3339(json["expires_at"].get<std::string>()).value() - clock.now(),
            std::chrono::hours{6});
  EXPECT_EQ(get(json["hls_url"]).status, 200);
  EXPECT_EQ(get(lesson + "/playback?version=other", &author).status, 400);
}

}  // namespace
}  // namespace weike
