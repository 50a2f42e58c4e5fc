#include "tests/api/playback/media_fixture.hpp"

namespace weike {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

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

TEST_F(MediaRoutes, PlaylistsAreSentPackedToThoseWhoTakeThem) {
  const auto target = folder(make_live("public"), nullptr) + "master.m3u8";
  const auto plain = get_both(target);

  const auto packed = get_both(target, {{"Accept-Encoding", "gzip, br"}});

  EXPECT_EQ(header(packed, "Content-Encoding"), "br");
  EXPECT_EQ(header(packed, "Vary"), "Accept-Encoding");
  EXPECT_EQ(header(plain, "Vary"), "Accept-Encoding");
  EXPECT_LT(text_of(packed).size(), text_of(plain).size());
  EXPECT_NE(header(packed, "ETag"), header(plain, "ETag"));
  const auto segment = get_both(folder(make_live("public"), nullptr) + "v360/0.m4s",
                                {{"Accept-Encoding", "gzip, br"}});
  EXPECT_EQ(header(segment, "Content-Encoding"), "");
}

TEST_F(MediaRoutes, ALinkInUseStaysOnTheHotLaneAsLongAsItIsLookedAfter) {
  const auto target = folder(make_live("members"), &member) + "v360/0.m4s";
  ASSERT_EQ(get(target).status, 200);
  for (int i = 0; i < 10; ++i) {
    clock.advance(std::chrono::seconds{2});
    delivery.tend();
    EXPECT_TRUE(get_hot(target)) << i;
  }

  for (int i = 0; i < 5; ++i) {
    clock.advance(std::chrono::seconds{2});
    delivery.tend();
  }

  EXPECT_FALSE(get_hot(target)) << "nobody asked for it meanwhile";
  EXPECT_EQ(get(target).status, 200);
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
      {"bytes=0-1,2-4", "", 206, "bytes 0-4/14", "v360 "},
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

TEST_F(MediaRoutes, SeveralRangesComeInOneMultipartBody) {
  const auto target = folder(make_live("members"), &member) + "v360/0.m4s";  // "v360 segment 0"

  const auto response = get(target, nullptr, {{"Range", "bytes=5-8,0-1"}});

  EXPECT_EQ(response.status, 206);
  EXPECT_EQ(header(response, "Content-Range"), "");
  const auto type = header(response, "Content-Type");
  ASSERT_THAT(type, StartsWith("multipart/byteranges; boundary="));
  const auto boundary = "--" + type.substr(type.find('=') + 1);
  const std::string fields = "\r\nContent-Type: video/mp4\r\nContent-Range: bytes ";
  const auto& body = *std::get<std::shared_ptr<http::PartsBody>>(response.body);
  const auto length = body.length_bytes();
  const auto text = bytes_of(response);
  EXPECT_EQ(text, boundary + fields + "5-8/14\r\n\r\nsegm\r\n" + boundary + fields +
                      "0-1/14\r\n\r\nv3\r\n" + boundary + "--\r\n");
  EXPECT_EQ(text.size(), length);
}

TEST_F(MediaRoutes, AnotherStateThanIfMatchNamesIsRefusedInBothLanguages) {
  const auto media = folder(make_live("members"), &member);
  for (const auto* file : {"v360/0.m4s", "master.m3u8"}) {
    const auto etag = header(get(media + file), "ETag");

    EXPECT_EQ(get_both(media + file, {{"If-Match", etag}}).status, 200) << file;
    EXPECT_FALSE(get_hot(media + file, nullptr, {{"If-Match", "\"other\""}})) << file;
    const auto refused = get(media + file, nullptr, {{"If-Match", "\"other\""}});
    EXPECT_EQ(refused.status, 412) << file;
    EXPECT_EQ(code_of(refused), "precondition_failed") << file;
  }
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
