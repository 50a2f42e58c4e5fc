#include "tests/api/playback/planned_media.hpp"

// What players are told of, and what may be asked for.
namespace weike {
namespace {

using testing::HasSubstr;
using testing::Not;

class Offers : public PlannedMedia {
 protected:
  static media::Plan copied_plan() {
    auto plan = sample_plan();
    plan.copied = media::VideoRung{"v720-source", 1280, 720, 0, 2500};
    plan.copied->codecs = "avc1.640028";
    return plan;
  }
  static media::Plan background_plan() {
    auto plan = sample_plan();
    plan.background = media::VideoRung{"v360-av1", 640, 360, 38, 500};
    plan.background->codec = media::VideoCodec::av1;
    plan.background->codecs = "av01.0.04M.08";
    return plan;
  }
  std::string master_of(const Asset& asset, const std::string& name = "master.m3u8") {
    return text_of(get(url(asset, name)));
  }
};

TEST_F(Offers, NeitherTopRungIsListedBeforeTheSourceTurnedOutFine) {
  const auto early = store_asset(copied_plan(), AssetState::transcoding, {"v360", "a64"});
  EXPECT_THAT(master_of(early), HasSubstr("v360/index.m3u8"));
  EXPECT_THAT(master_of(early), Not(HasSubstr("v720")));
  EXPECT_EQ(status_of(early, "v720-source/index.m3u8"), 404);
  EXPECT_EQ(status_of(early, "v720/index.m3u8"), 404);

  const auto fine = store_asset(copied_plan(), AssetState::ready, {"v720-source", "v360", "a64"});
  EXPECT_THAT(master_of(fine), HasSubstr("v720-source/index.m3u8"));
  EXPECT_THAT(master_of(fine), Not(HasSubstr("v720/")));
  EXPECT_EQ(status_of(fine, "v720-source/index.m3u8"), 200);
  EXPECT_EQ(status_of(fine, "v720/index.m3u8"), 404);

  const auto damaged = store_asset(copied_plan(), AssetState::ready, {"v720", "v360", "a64"});
  EXPECT_THAT(master_of(damaged), HasSubstr("v720/index.m3u8"));
  EXPECT_THAT(master_of(damaged), Not(HasSubstr("source")));
  EXPECT_EQ(status_of(damaged, "v720-source/0.m4s"), 404);
}

TEST_F(Offers, Av1IsForPlayersThatListIt) {
  const auto asset =
      store_asset(background_plan(), AssetState::ready, {"v720", "v360", "v360-av1", "a64"});

  EXPECT_THAT(master_of(asset), Not(HasSubstr("av1")));
  EXPECT_THAT(master_of(asset, "master.av1.m3u8"), HasSubstr("v360-av1/index.m3u8"));
  EXPECT_THAT(master_of(asset, "manifest.av1.mpd"), HasSubstr("v360-av1"));
  EXPECT_EQ(status_of(asset, "v360-av1/index.m3u8"), 200);
}

TEST_F(Offers, AnUnfinishedAv1RungIsNothingAndWorkOnItIsNotAskedFor) {
  playback::FakeRequests requests;
  delivery.ask(requests);
  const auto asset = store_asset(background_plan(), AssetState::ready, {"v720", "v360", "a64"});

  EXPECT_THAT(master_of(asset, "master.av1.m3u8"), Not(HasSubstr("v360-av1")));
  EXPECT_EQ(status_of(asset, "v360-av1/index.m3u8"), 404);
  EXPECT_EQ(status_of(asset, "v360-av1/0.m4s"), 404);
  EXPECT_TRUE(requests.wanted.empty());
}

TEST_F(Offers, ARungThatCameLaterIsOfferedWithinSeconds) {
  auto asset = store_asset(background_plan(), AssetState::ready, {"v720", "v360", "a64"});
  EXPECT_THAT(master_of(asset, "master.av1.m3u8"), Not(HasSubstr("v360-av1")));
  ASSERT_TRUE(get_hot(url(asset, "master.av1.m3u8")));

  for (auto& rendition : asset.renditions) rendition.done = rendition.total;
  save(asset);
  clock.advance(std::chrono::seconds{5});

  EXPECT_FALSE(get_hot(url(asset, "master.av1.m3u8")));
  EXPECT_THAT(master_of(asset, "master.av1.m3u8"), HasSubstr("v360-av1"));
}

TEST_F(Offers, MediaPlaylistsStayInMemoryAsTheyNeverChange) {
  const auto asset = store_asset(sample_plan(), AssetState::ready, {"v720", "v360", "a64"});
  const auto before = get(url(asset, "v360/index.m3u8"));
  ASSERT_EQ(before.status, 200);

  clock.advance(std::chrono::seconds{6});
  EXPECT_EQ(status_of(asset, "master.m3u8"), 200);
  const auto hot = get_hot(url(asset, "v360/index.m3u8"));

  ASSERT_TRUE(hot);
  EXPECT_EQ(std::get<http::SharedBytes>(hot->body), std::get<http::SharedBytes>(before.body));
}

TEST_F(Offers, CaptionsAreListedByTheTagsOfTheMaster) {
  auto asset = store_asset(sample_plan(), AssetState::ready, {"v720", "v360", "a64"});
  asset.captions = {{"0123456789ab", "zh-CN", "中文", 2}, {"ba9876543210", "en", "English", 2}};
  save(asset);
  put_blob(asset, "captions/0123456789ab.vtt", "WEBVTT\n");

  EXPECT_THAT(master_of(asset), Not(HasSubstr("SUBTITLES")));
  const auto one = master_of(asset, "master.ba9876543210.m3u8");
  EXPECT_THAT(one, HasSubstr("captions/ba9876543210.m3u8"));
  EXPECT_THAT(one, Not(HasSubstr("0123456789ab")));
  const auto both = master_of(asset, "master.ba9876543210.0123456789ab.m3u8");
  EXPECT_LT(both.find("ba9876543210"), both.find("0123456789ab")) << "in the lesson's order";
  EXPECT_EQ(status_of(asset, "master.000000000000.m3u8"), 404);
  EXPECT_EQ(status_of(asset, "captions/000000000000.m3u8"), 404);
  EXPECT_EQ(status_of(asset, "captions/0123456789ab.m3u8"), 200);
  const auto text = get(url(asset, "captions/0123456789ab.vtt"));
  EXPECT_EQ(text_of(text), "WEBVTT\n");
  EXPECT_EQ(header(text, "Content-Type"), "text/vtt; charset=utf-8");
}

TEST_F(Offers, ThePlaybackCallNamesWhatThePlayerCanUse) {
  auto plan = background_plan();
  auto record = store_asset(plan, AssetState::ready, {"v720", "v360", "v360-av1", "a64"});
  const auto lesson = create_lesson(author, lesson_body(record.id));
  const auto ask = [&](const std::string& codecs) {
    return json_of(
        get("/api/v1/lessons/" + lesson + "/playback?version=working" + codecs, &author));
  };

  const auto plain = ask("");
  const auto with_av1 = ask("&codecs=avc1.640028,av01.0.05M.08");

  EXPECT_THAT(plain["hls_url"].get<std::string>(), testing::EndsWith("/master.m3u8"));
  EXPECT_THAT(plain["dash_url"].get<std::string>(), testing::EndsWith("/manifest.mpd"));
  EXPECT_THAT(ask("&codecs=av1,hvc1")["hls_url"].get<std::string>(),
              testing::EndsWith("/master.m3u8"));
  EXPECT_THAT(with_av1["hls_url"].get<std::string>(), testing::EndsWith("/master.av1.m3u8"));
  EXPECT_THAT(with_av1["dash_url"].get<std::string>(), testing::EndsWith("/manifest.av1.mpd"));
  EXPECT_EQ(get(with_av1["dash_url"]).status, 200);
  ASSERT_EQ(plain["mp4_urls"].size(), 2U) << "none that the player did not list";
  ASSERT_EQ(with_av1["mp4_urls"].size(), 3U);
  EXPECT_EQ(with_av1["mp4_urls"][2]["rendition"], "v360-av1");
  EXPECT_EQ(with_av1["mp4_urls"][2]["codecs"], "av01.0.04M.08,mp4a.40.2");
  EXPECT_EQ(plain["mp4_urls"][0]["codecs"], "avc1.64001f,mp4a.40.2");
  EXPECT_EQ(plain["mp4_urls"][0]["rendition"], "v720");
  EXPECT_EQ(plain["mp4_urls"][0]["width"], 1280);
  EXPECT_EQ(plain["mp4_urls"][0]["size_bytes"], 2000) << "picture and sound";
  EXPECT_THAT(plain["mp4_urls"][0]["url"].get<std::string>(), testing::EndsWith("/v720.mp4"));
}

TEST_F(Offers, TheLessonCallTooNamesWhatThePlayerCanUse) {
  auto record =
      store_asset(background_plan(), AssetState::ready, {"v720", "v360", "v360-av1", "a64"});
  record.is_publishable = true;
  save(record);
  const auto lesson = create_live(lesson_body(record.id));
  const auto playback_for = [&](const std::string& query) {
    return json_of(get("/api/v1/lessons/" + lesson + query, &member))["playback"];
  };

  const auto plain = playback_for("");
  const auto with_av1 = playback_for("?codecs=avc1,av01");

  EXPECT_THAT(plain["hls_url"].get<std::string>(), testing::EndsWith("/master.m3u8"));
  EXPECT_EQ(plain["mp4_urls"].size(), 2U);
  EXPECT_THAT(with_av1["hls_url"].get<std::string>(), testing::EndsWith("/master.av1.m3u8"));
  EXPECT_EQ(with_av1["mp4_urls"].size(), 3U);
}

TEST_F(Offers, PlayersWithoutAv1OnTheServerGetThePlainMaster) {
  const auto record =
      store_asset(background_plan(), AssetState::transcoding, {"v720", "v360", "v360-av1", "a64"});
  const auto lesson = create_lesson(author, lesson_body(record.id));

  const auto json =
      json_of(get("/api/v1/lessons/" + lesson + "/playback?version=working&codecs=av01", &author));

  EXPECT_THAT(json["hls_url"].get<std::string>(), testing::EndsWith("/master.m3u8"));
  EXPECT_TRUE(json["mp4_urls"].empty()) << "before the asset is ready";
}

TEST_F(Offers, ARejectedAssetShowsNothingAnyMore) {
  auto asset = store_asset(sample_plan(), AssetState::transcoding, {"v360", "a64"});
  put_blob(asset, "v360/0.m4s", "picture");
  const auto running = get(url(asset, "v360/0.m4s"));
  ASSERT_TRUE(get_hot(url(asset, "v360/0.m4s")));
  const auto& permit = std::get<http::FileBody>(running.body).permit;

  asset.state = AssetState::rejected;
  save(asset);
  clock.advance(std::chrono::seconds{5});
  delivery.tend();

  EXPECT_FALSE(permit->holds()) << "seen within the staleness though nobody told";
  EXPECT_FALSE(get_hot(url(asset, "v360/0.m4s")));
  for (const std::string file : {"master.m3u8", "v360/0.m4s", "v360/1.m4s"}) {
    EXPECT_EQ(status_of(asset, file), 410) << file;
    EXPECT_EQ(code_of(get(url(asset, file))), "asset_rejected");
  }
}

TEST_F(Offers, AGateThatIsToldOfARejectionClosesAtOnce) {
  const auto asset = store_asset(sample_plan(), AssetState::transcoding, {"v360", "a64"});
  put_blob(asset, "v360/0.m4s", "picture");
  const auto running = get(url(asset, "v360/0.m4s"));

  gate.reject(asset.id);

  EXPECT_FALSE(std::get<http::FileBody>(running.body).permit->holds());
  EXPECT_FALSE(get_hot(url(asset, "v360/0.m4s")));
  EXPECT_EQ(status_of(asset, "v360/0.m4s"), 410);
}

}  // namespace
}  // namespace weike
