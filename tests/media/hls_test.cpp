#include "tests/media/packaged_clip.hpp"
#include "tests/media/playlist_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

// Playlists of real files: what they say is held against the files, and against a player.
namespace weike::media::test {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::SizeIs;

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

const PackagedClip& clip() { return PackagedClip::shared(); }

ReadMaster master() { return read_master(content_of(clip().path("master.m3u8"))); }

ReadMedia media(const std::string& playlist) {
  return read_media(content_of(clip().path(playlist)));
}

std::string folder_of(const std::string& playlist) {
  return playlist.substr(0, playlist.find('/') + 1);
}

struct Rates {
  double peak = 0;
  double average = 0;
};

// RFC 8216, 4.3.4.2, straight from its words: over all rows of segments of half to one and a half
// target durations, of the playlists that are played together.
Rates rates_on_disk(const std::vector<std::string>& playlists) {
  std::vector<double> bits;
  std::vector<double> seconds;
  double target = 0;
  for (const std::string& name : playlists) {
    const ReadMedia playlist = media(name);
    target = static_cast<double>(playlist.target_duration);
    bits.resize(playlist.segments.size());
    if (seconds.empty())
      for (const auto& segment : playlist.segments) seconds.push_back(segment.seconds);
    for (std::size_t i = 0; i < playlist.segments.size(); ++i) {
      const auto& segment = playlist.segments[i];
      const auto whole = std::filesystem::file_size(clip().path(folder_of(name) + segment.uri));
      bits[i] += 8 * static_cast<double>(segment.length.value_or(whole));
    }
  }
  Rates rates;
  double all_bits = 0;
  double all_seconds = 0;
  for (std::size_t first = 0; first < bits.size(); ++first) {
    all_bits += bits[first];
    all_seconds += seconds[first];
    double row_bits = 0;
    double row_seconds = 0;
    for (std::size_t last = first; last < bits.size(); ++last) {
      row_bits += bits[last];
      row_seconds += seconds[last];
      if (row_seconds >= target / 2 && row_seconds <= target * 3 / 2)
        rates.peak = std::max(rates.peak, row_bits / row_seconds);
    }
  }
  rates.average = all_bits / all_seconds;
  return rates;
}

void expect_declared(const ReadVariant& variant, const Rates& truth) {
  const double peak = std::stod(variant.attributes.at("BANDWIDTH"));
  const double average = std::stod(variant.attributes.at("AVERAGE-BANDWIDTH"));
  EXPECT_NEAR(peak / truth.peak, 1, 0.1) << variant.uri;
  EXPECT_NEAR(average / truth.average, 1, 0.1) << variant.uri;
}

TEST(HlsFiles, DeclaredRatesAreThoseOfTheFiles) {
  const ReadMaster playlist = master();

  ASSERT_EQ(playlist.variants.size(), 3U);  // v480, v360 and sound alone.
  for (const ReadVariant& variant : playlist.variants) {
    const std::string sound = variant.attributes.at("AUDIO") + "/index.m3u8";
    std::set<std::string> together{variant.uri, sound};
    expect_declared(variant, rates_on_disk({together.begin(), together.end()}));
  }
  ASSERT_EQ(playlist.iframe_variants.size(), 2U);
  for (const ReadVariant& variant : playlist.iframe_variants)
    expect_declared(variant, rates_on_disk({variant.uri}));
}

TEST(HlsFiles, EveryPlaylistIsStrictlyRightAndNamesFilesThatExist) {
  const ReadMaster playlist = master();
  std::set<std::string> names;
  for (const ReadVariant& variant : playlist.variants) names.insert(variant.uri);
  for (const Attributes& group : playlist.media) names.insert(group.at("URI"));
  for (const ReadVariant& variant : playlist.iframe_variants) names.insert(variant.uri);

  for (const std::string& name : names) {
    SCOPED_TRACE(name);
    const ReadMedia tracks = media(name);
    EXPECT_EQ(tracks.target_duration, 5);  // Of segments of 4.004 s.
    EXPECT_EQ(tracks.is_iframes_only, name.ends_with("iframes.m3u8"));
    EXPECT_NEAR(tracks.total_seconds(), 8, 0.04);
    EXPECT_TRUE(std::filesystem::exists(clip().path(folder_of(name) + tracks.map_uri)));
    for (const ReadSegment& segment : tracks.segments)
      EXPECT_TRUE(std::filesystem::exists(clip().path(folder_of(name) + segment.uri)));
  }
}

TEST(HlsFiles, IframeRangesDecodeToTheFirstPictureOfEachSegment) {
  const ReadMedia iframes = media("v360/iframes.m3u8");
  ASSERT_EQ(iframes.segments.size(), clip().plan().segments.size());
  const std::string init = content_of(clip().path("v360/init.mp4"));

  for (const ReadSegment& segment : iframes.segments) {
    SCOPED_TRACE(segment.uri);
    const std::string whole = content_of(clip().path("v360/" + segment.uri));
    const auto part = clip().path("iframe.mp4");
    const auto full = clip().path("full.mp4");
    write_file(part, init + whole.substr(segment.offset, *segment.length));
    write_file(full, init + whole);
    const auto picture_of = [](const std::filesystem::path& file) {
      return output_of("ffmpeg -nostdin -v fatal -i '" + file.string() +
                       "' -frames:v 1 -f framemd5 - | grep -v '^#' | cut -d, -f6");
    };
    const std::string picture = picture_of(part);
    EXPECT_EQ(picture.size(), 34U) << picture;
    EXPECT_EQ(picture, picture_of(full));
  }
}

TEST(HlsFiles, APlayerDecodesEveryFrameOfEveryVariant) {
  // The prober lists each stream twice, alone and in its program.
  const auto counts =
      numbers_of(probed(clip().path("master.m3u8"),
                        "-select_streams v -count_frames -show_entries stream=nb_read_frames"));

  EXPECT_THAT(counts, AllOf(SizeIs(4), Each(clip().plan().frame_count)));
}

TEST(HlsFiles, CaptionsAreARenditionOfEveryVariant) {
  const std::string id = sample_captions().id;
  const ReadMaster playlist = read_master(content_of(clip().path("master." + id + ".m3u8")));
  const ReadMedia captions = media("captions/" + id + ".m3u8");

  // This player knows no subtitles in HLS, so it gets the file itself.
  const std::string text =
      output_of("ffmpeg -nostdin -v error -i '" +
                clip().path("captions/" + captions.segments[0].uri).string() + "' -f srt -");

  EXPECT_EQ(playlist.media.back().at("LANGUAGE"), "zh-CN");
  EXPECT_EQ(playlist.media.back().at("URI"), "captions/" + id + ".m3u8");
  for (const ReadVariant& variant : playlist.variants)
    EXPECT_EQ(variant.attributes.at("SUBTITLES"), playlist.media.back().at("GROUP-ID"));
  EXPECT_EQ(captions.segments.size(), 1U);
  EXPECT_NEAR(captions.total_seconds(), 8, 0.04);
  EXPECT_THAT(text, HasSubstr("00:00:01,000 --> 00:00:02,500\n你好"));
  EXPECT_THAT(text, HasSubstr("00:00:05,000 --> 00:00:07,000\n再见"));
}

}  // namespace
}  // namespace weike::media::test
