#include "media/package/playlists.hpp"

#include "media/plan/make_plan.hpp"
#include "tests/media/playlist_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace weike::media {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Plan landscape_plan(bool has_audio) {
  SourceFacts facts;
  facts.video.codec = "h264";
  facts.video.width = 1920;
  facts.video.height = 1080;
  facts.video.end_us = 11'000'000;
  facts.video.rate = {{30000, 1001}, true};
  if (has_audio) facts.audio = AudioFacts{1, "aac", 2, 48'000, 0};
  auto plan = make_plan(facts, ProbeTask{"abc", Limits{}});
  return *plan;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> uris_of(const std::string& playlist) {
  std::vector<std::string> uris;
  for (const std::string& line : lines_of(playlist))
    if (!line.starts_with('#')) uris.push_back(line);
  return uris;
}

double total_duration(const std::string& playlist) {
  double total = 0;
  for (const std::string& line : lines_of(playlist))
    if (line.starts_with("#EXTINF:")) total += std::stod(line.substr(8));
  return total;
}

TEST(MasterPlaylist, NamesEveryRungAnd480First) {
  const std::string master = master_playlist(landscape_plan(true));

  EXPECT_THAT(uris_of(master), ElementsAre("v480/index.m3u8", "v1080/index.m3u8", "v720/index.m3u8",
                                           "v360/index.m3u8", "a64/index.m3u8"));
  EXPECT_THAT(lines_of(master), Contains("#EXT-X-INDEPENDENT-SEGMENTS"));
  EXPECT_THAT(
      lines_of(master),
      Contains("#EXT-X-STREAM-INF:BANDWIDTH=6890800,CODECS=\"avc1.640028,mp4a.40.2\","
               "RESOLUTION=1920x1080,FRAME-RATE=29.970,AUDIO=\"a128\",CLOSED-CAPTIONS=NONE"));
  EXPECT_THAT(lines_of(master),
              Contains("#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a64\",NAME=\"main\",DEFAULT=YES,"
                       "AUTOSELECT=YES,CHANNELS=\"2\",URI=\"a64/index.m3u8\""));
  EXPECT_THAT(master, Not(HasSubstr("AVERAGE-BANDWIDTH")));
}

TEST(MasterPlaylist, StatesMeasuredRatesOnceThereAreSome) {
  Plan plan = landscape_plan(false);
  plan.video.resize(1);

  const std::string master =
      master_playlist(plan, {.video = {}, .rates = {{"v1080", 3'000'000, 2'000'000}}});

  EXPECT_THAT(master, HasSubstr("BANDWIDTH=3000000,AVERAGE-BANDWIDTH=2000000,"));
  EXPECT_THAT(master, Not(HasSubstr("AUDIO")));
  EXPECT_THAT(master, Not(HasSubstr("mp4a")));
}

// A plan of four rungs whose top one may be the source's own, with an AV1 rung beside it.
Plan plan_with_everything() {
  Plan plan = landscape_plan(true);
  plan.copied = VideoRung{"v1080-source", 1920, 1080, 0, 5200, "", "avc1.4d4029"};
  plan.background = VideoRung{"v480-av1", 854, 480, 38, 800, "", "av01.0.04M.08", VideoCodec::av1};
  return plan;
}

std::vector<std::string> variants_of(const Plan& plan, const OfferedMedia& offered) {
  std::vector<std::string> uris;
  for (const auto& variant : test::read_master(master_playlist(plan, offered)).variants)
    uris.push_back(variant.uri.substr(0, variant.uri.find('/')));
  return uris;
}

TEST(MasterPlaylist, PromisesNoTopRungBeforeTheCopyIsFoundSound) {
  const Plan plan = plan_with_everything();
  Plan small = plan;
  small.video.erase(small.video.begin(), small.video.end() - 1);

  EXPECT_THAT(variants_of(plan, {}), ElementsAre("v480", "v720", "v360", "a64"));
  // Something has to be offered.
  EXPECT_THAT(variants_of(small, {}), ElementsAre("v360", "a64"));
}

TEST(MasterPlaylist, OffersTheCopyOrTheEncodedTopRungOnceReady) {
  const Plan plan = plan_with_everything();

  EXPECT_THAT(variants_of(plan, {.video = {"v1080-source", "v720", "v480", "v360"}}),
              ElementsAre("v480", "v1080-source", "v720", "v360", "a64"));
  EXPECT_THAT(variants_of(plan, {.video = {"v1080", "v720", "v480", "v360"}}),
              ElementsAre("v480", "v1080", "v720", "v360", "a64"));
  EXPECT_THAT(master_playlist(plan, {.video = {"v1080-source"}}),
              HasSubstr("BANDWIDTH=7940800,CODECS=\"avc1.4d4029,mp4a.40.2\""));
}

TEST(MasterPlaylist, NamesAv1OnlyToPlayersThatAskForIt) {
  const Plan plan = plan_with_everything();
  OfferedMedia offered{.video = {"v480", "v360", "v480-av1"}};

  EXPECT_THAT(variants_of(plan, offered), ElementsAre("v480", "v360", "a64"));
  offered.with_av1 = true;
  // Who can not play it after all still begins with H.264.
  EXPECT_THAT(variants_of(plan, offered), ElementsAre("v480", "v360", "v480-av1", "a64"));
  offered.video.clear();
  EXPECT_THAT(variants_of(plan, offered), ElementsAre("v480", "v720", "v360", "a64"));
}

TEST(MasterPlaylist, DeclaresTheCapOfARungThatIsMadeOnlyWhenWatched) {
  const Plan plan = landscape_plan(true);
  OfferedMedia offered;
  offered.video = {"v1080", "v360"};
  offered.rates = {{"v360", 500'000, 300'000, 90'000, 60'000},
                   {"a128", 130'000, 128'000},
                   {"a64", 66'000, 64'000},
                   {"v1080"}};

  const auto master = test::read_master(master_playlist(plan, offered));

  ASSERT_EQ(master.variants.size(), 3U);
  EXPECT_EQ(master.variants[0].attributes.at("BANDWIDTH"), "566000");
  EXPECT_EQ(master.variants[0].attributes.at("AVERAGE-BANDWIDTH"), "364000");
  EXPECT_EQ(master.variants[1].attributes.at("BANDWIDTH"), "6880000");
  EXPECT_FALSE(master.variants[1].attributes.contains("AVERAGE-BANDWIDTH"));
  EXPECT_EQ(master.variants[2].uri, "a64/index.m3u8");
  EXPECT_EQ(master.variants[2].attributes.at("AVERAGE-BANDWIDTH"), "64000");
  ASSERT_EQ(master.iframe_variants.size(), 1U);
  EXPECT_EQ(master.iframe_variants[0].uri, "v360/iframes.m3u8");
  EXPECT_EQ(master.iframe_variants[0].attributes.at("BANDWIDTH"), "90000");
}

TEST(MasterPlaylist, SurvivesAnyLabelOfCaptions) {
  OfferedMedia offered;
  offered.captions = {{"000000000001", "zh-CN", "a\",URI=\"http://x/"},
                      {"000000000002", "zh-CN", "x\n#EXT-X-ENDLIST"},
                      {"000000000003", "en", "same"},
                      {"000000000004", "en", "same"}};

  const auto master = test::read_master(master_playlist(landscape_plan(false), offered));

  ASSERT_EQ(master.media.size(), 4U);
  EXPECT_EQ(master.media[0].at("NAME"), "a',URI='http://x/");
  EXPECT_EQ(master.media[0].at("URI"), "captions/000000000001.m3u8");
  EXPECT_EQ(master.media[3].at("NAME"), "same 2");
  EXPECT_EQ(master_name({}), "master.m3u8");
  EXPECT_EQ(master_name(std::vector<std::string>{"av1", "000000000001"}),
            "master.av1.000000000001.m3u8");
}

TEST(MasterPlaylist, LabelsThatAreTheSameInQuotesAreToldApart) {
  OfferedMedia offered;
  offered.captions = {{"000000000001", "zh-CN", "the \"short\" one"},
                      {"000000000002", "zh-CN", "the 'short' one"},
                      {"000000000003", "zh-CN", "the 'short'\t one"}};

  const auto master = test::read_master(master_playlist(landscape_plan(false), offered));

  ASSERT_EQ(master.media.size(), 3U);
  EXPECT_EQ(master.media[0].at("NAME"), "the 'short' one");
  EXPECT_EQ(master.media[1].at("NAME"), "the 'short' one 2");
  EXPECT_EQ(master.media[2].at("NAME"), "the 'short' one 3");
}

// RFC 8216, 4.3.4.2: a short segment counts only together with its neighbours.
TEST(MeasuredRate, LooksAtRowsOfAboutATargetDuration) {
  Plan plan = landscape_plan(false);
  plan.frame_rate = {30, 1};
  plan.segments = {{0, 0, 30, 0, 0}, {1, 30, 120, 0, 0}, {2, 150, 120, 0, 0}, {3, 270, 30, 0, 0}};
  const std::vector<std::uint64_t> sizes{100'000, 100'000, 150'000, 20'000};

  const auto rate = measure_rate(plan, "v360", sizes);

  EXPECT_EQ(rate.average_bps, 296'000);  // 370 kB in 10 s.
  EXPECT_EQ(rate.peak_bps, 320'000);     // The first two; the first alone is too short to count.
}

TEST(MediaPlaylist, IsACompleteVodPlaylist) {
  const Plan plan = landscape_plan(true);

  const std::string video = media_playlist(plan, "v360");
  const std::string audio = media_playlist(plan, "a64");

  EXPECT_THAT(video, StartsWith("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:6\n"));
  EXPECT_THAT(audio, HasSubstr("#EXT-X-TARGETDURATION:6\n"));
  EXPECT_THAT(lines_of(video), Contains("#EXT-X-MAP:URI=\"init.mp4\""));
  EXPECT_THAT(lines_of(video), Contains("#EXTINF:2.002000,"));
  EXPECT_THAT(uris_of(video), ElementsAre("0.m4s", "1.m4s", "2.m4s"));
  EXPECT_THAT(uris_of(audio), ElementsAre("0.m4s", "1.m4s", "2.m4s"));
  EXPECT_EQ(lines_of(video).back(), "#EXT-X-ENDLIST");
  EXPECT_NEAR(total_duration(video), 11, 0.04);
  EXPECT_NEAR(total_duration(audio), total_duration(video), 0.0107);
  EXPECT_EQ(media_playlist(plan, "v999"), "");
}

TEST(MediaFiles, AreListedForTheWholeAsset) {
  const auto files = media_files(landscape_plan(true));

  EXPECT_EQ(files.size(), 6U * 4 + 2);
  EXPECT_THAT(files, Contains("v1080/2.m4s"));
  EXPECT_THAT(files, Contains("a64/init.mp4"));
  EXPECT_THAT(files, Contains("poster_small.jpg"));
}

}  // namespace
}  // namespace weike::media
