#include "api/playback/media_file.hpp"

#include <gtest/gtest.h>

#include <string>

namespace weike::playback {
namespace {

using Kind = MediaFile::Kind;

struct NameCase {
  std::string name;
  Kind kind;
  std::string rendition;
  std::uint32_t number = 0;
};

TEST(MediaFiles, AreToldByTheirNames) {
  const NameCase cases[] = {
      {"master.m3u8", Kind::master, ""},
      {"manifest.mpd", Kind::manifest, ""},
      {"v360/index.m3u8", Kind::media_playlist, "v360"},
      {"v480-av1/iframes.m3u8", Kind::iframe_playlist, "v480-av1"},
      {"v1080-source/init.mp4", Kind::init, "v1080-source"},
      {"a128/0.m4s", Kind::segment, "a128", 0},
      {"v360/123456789.m4s", Kind::segment, "v360", 123456789},
      {"v1080-source.mp4", Kind::progressive, "v1080-source"},
      {"captions/0123456789ab.vtt", Kind::captions, "0123456789ab"},
      {"captions/0123456789ab.m3u8", Kind::caption_playlist, "0123456789ab"},
      {"storyboard.vtt", Kind::storyboard, ""},
      {"cover_1_16x9.webp", Kind::other, ""},
      {"", Kind::other, ""},
      {"master", Kind::other, ""},
      {"v360/01.m4s", Kind::other, ""},
      {"v360/.m4s", Kind::other, ""},
      {"v360/-1.m4s", Kind::other, ""},
      {"v360/1234567890.m4s", Kind::other, ""},
      {"v360/1.m4s/", Kind::other, ""},
      {"captions/0123456789AB.vtt", Kind::other, ""},
      {"captions/0123456789ab0.vtt", Kind::other, ""},
      {"captions/index.m3u8", Kind::other, ""},
      {"a/b/0.m4s", Kind::other, ""},
  };
  for (const auto& row : cases) {
    const auto file = parse_media_file(row.name);

    EXPECT_EQ(file.kind, row.kind) << row.name;
    EXPECT_EQ(file.rendition, row.rendition) << row.name;
    EXPECT_EQ(file.number, row.number) << row.name;
  }
}

TEST(MediaFiles, MastersAndManifestsBearTags) {
  const auto both = parse_media_file("manifest.0123456789ab.av1.ba9876543210.mpd");
  EXPECT_EQ(both.kind, Kind::manifest);
  EXPECT_TRUE(both.wants_av1);
  EXPECT_EQ(std::vector(both.captions.begin(), both.captions.end()),
            (std::vector<std::string_view>{"0123456789ab", "ba9876543210"}));
  EXPECT_EQ(parse_media_file("master.av1.m3u8").kind, Kind::master);

  for (const std::string name :
       {"master..m3u8", "master.av1.av1.m3u8", "master.av2.m3u8", "masterav1.m3u8",
        "master.0123456789ab.0123456789ab.m3u8", "master.0123456789ab..m3u8", "master.m3u8.m3u8",
        "master.000000000001.000000000002.000000000003.000000000004.000000000005.m3u8"}) {
    EXPECT_EQ(parse_media_file(name).kind, Kind::other) << name;
  }
}

struct TypeCase {
  std::string name;
  std::string type;
};

TEST(MediaFiles, HaveTheTypeOfTheirRendition) {
  const TypeCase cases[] = {
      {"master.av1.m3u8", "application/vnd.apple.mpegurl"},
      {"manifest.mpd", "application/dash+xml"},
      {"captions/0123456789ab.vtt", "text/vtt; charset=utf-8"},
      {"storyboard.vtt", "text/vtt; charset=utf-8"},
      {"cover_1_1x1.webp", "image/webp"},
      {"poster.jpg", "image/jpeg"},
      {"a64/init.mp4", "audio/mp4"},
      {"a128/3.m4s", "audio/mp4"},
      {"v480-av1/init.mp4", "video/mp4"},
      {"v480-av1/3.m4s", "video/mp4"},
      {"v480-av1.mp4", "video/mp4"},
      {"av1/3.m4s", "video/mp4"},
  };
  for (const auto& row : cases) EXPECT_EQ(content_type_of(row.name), row.type) << row.name;
}

}  // namespace
}  // namespace weike::playback
