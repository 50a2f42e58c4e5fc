#include "media/package/playlists.hpp"

#include "media/plan/make_plan.hpp"

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
  facts.video = {0,      "h264", 1920,           1080,
                 {1, 1}, {},     ToneCurve::sdr, false,
                 0,      0,      11'000'000,     {{30000, 1001}, true}};
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
  EXPECT_THAT(lines_of(master),
              Contains("#EXT-X-STREAM-INF:BANDWIDTH=6890800,CODECS=\"avc1.640028,mp4a.40.2\","
                       "RESOLUTION=1920x1080,FRAME-RATE=29.970,AUDIO=\"a128\""));
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
