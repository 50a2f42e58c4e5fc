#include "media/probe/display_matrix.hpp"
#include "tests/media/clips.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <fstream>

namespace weike::media::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

constexpr const char* kX264 = " -c:v libx264 -preset ultrafast -pix_fmt yuv420p ";

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

nlohmann::json probe_of(const std::filesystem::path& file, const Limits& limits = {}) {
  MemorySink sink;
  const auto result = run_on(file, ProbeTask{"source", limits}, sink);
  return result ? *result : nlohmann::json{{"failed", result.error().message}};
}

struct NoVideoFile {
  const char* name;
  std::string content;
  const char* cause;
};

void PrintTo(const NoVideoFile& file, std::ostream* out) { *out << file.name; }

class ProbeOfOtherFiles : public ::testing::TestWithParam<NoVideoFile> {};

TEST_P(ProbeOfOtherFiles, IsRejectedWithItsCause) {
  const TempFolder folder;
  const auto file = folder.path("lesson.mp4");
  // What a playlist may be after: another file of the server.
  make_clip(folder.path("secret.ts"), pattern(320, 240, "25", 2) + kX264);
  write_file(file, GetParam().content);

  EXPECT_EQ(rejection_of(file), GetParam().cause);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ProbeOfOtherFiles,
    ::testing::Values(
        NoVideoFile{"empty", "", "unsupported_container"},
        NoVideoFile{"text", "This is no video at all.\nNeither is this line.\n",
                    "unsupported_container"},
        NoVideoFile{"html", "<!DOCTYPE html><html><body>502 Bad Gateway</body></html>",
                    "unsupported_container"},
        NoVideoFile{"hls_local",
                    "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:2,\nsecret.ts\n#EXT-X-ENDLIST\n",
                    "unsupported_container"},
        NoVideoFile{"hls_http",
                    "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:2,\nhttp://127.0.0.1:9/a.ts\n",
                    "unsupported_container"},
        NoVideoFile{"ffconcat", "ffconcat version 1.0\nfile secret.ts\n", "unsupported_container"},
        NoVideoFile{"sdp", "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nm=video 5004 RTP/AVP 96\n",
                    "unsupported_container"},
        NoVideoFile{"zip", std::string("PK\x03\x04\x14\0\0\0\x08\0", 10) + std::string(500, 'z'),
                    "unsupported_container"},
        NoVideoFile{"noise", std::string(5000, '\x81'), "unsupported_container"}));

TEST(Probe, RejectsPicturesAndSoundFiles) {
  const TempFolder folder;
  make_clip(folder.path("still.png"), "-f lavfi -i testsrc2=size=64x64 -frames:v 1");
  make_clip(folder.path("moving.gif"), pattern(64, 64, "10", 1));
  make_clip(folder.path("sound.mp3"), tone(2) + "-c:a libmp3lame");
  make_clip(folder.path("sound.wav"), tone(2));
  make_clip(folder.path("sound.mp4"), tone(2) + "-c:a aac");

  EXPECT_EQ(rejection_of(folder.path("still.png")), "unsupported_container");
  EXPECT_EQ(rejection_of(folder.path("moving.gif")), "unsupported_container");
  EXPECT_EQ(rejection_of(folder.path("sound.mp3")), "no_video");
  EXPECT_EQ(rejection_of(folder.path("sound.wav")), "no_video");
  EXPECT_EQ(rejection_of(folder.path("sound.mp4")), "no_video");
}

struct OddVideo {
  const char* name;
  const char* file;
  std::string arguments;
  const char* cause;
};

void PrintTo(const OddVideo& video, std::ostream* out) { *out << video.name; }

class ProbeOfOddVideos : public ::testing::TestWithParam<OddVideo> {};

TEST_P(ProbeOfOddVideos, IsRejectedWithItsCause) {
  const TempFolder folder;
  const auto file = folder.path(GetParam().file);
  make_clip(file, GetParam().arguments);

  EXPECT_EQ(rejection_of(file), GetParam().cause);
}

std::string many_streams() {
  std::string arguments = pattern(64, 64, "10", 2) + kX264;
  for (int i = 0; i < 40; ++i) arguments += "-map 0:v ";
  return arguments;
}

INSTANTIATE_TEST_SUITE_P(
    Table, ProbeOfOddVideos,
    ::testing::Values(
        OddVideo{"too_short", "a.mp4", pattern(160, 120, "25", 0.4) + kX264, "too_short"},
        OddVideo{"strip", "a.mp4", pattern(640, 64, "25", 2) + kX264, "bad_aspect"},
        OddVideo{"codec", "a.avi", pattern(160, 120, "25", 2) + "-c:v mjpeg", "unsupported_codec"},
        OddVideo{"streams", "a.mp4", many_streams(), "too_many_streams"},
        OddVideo{"encrypted", "a.mp4",
                 pattern(160, 120, "25", 2) + kX264 +
                     "-encryption_scheme cenc-aes-ctr -encryption_key "
                     "76a6c65c5ea762046bd749a2e632ccbb -encryption_kid "
                     "a7e61c373e219033c21091fa607bf3b8",
                 "encrypted"},
        OddVideo{"a_day_apart", "a.mkv",
                 pattern(160, 120, "1", 2) + "-vf setpts=N*86400/TB -fps_mode passthrough" + kX264,
                 "too_long"}));

TEST(Probe, RejectsWhatExceedsTheLimits) {
  const TempFolder folder;
  const auto file = folder.path("clip.mp4");
  make_clip(file, pattern(320, 240, "25", 3) + kX264);
  Limits small_frames;
  small_frames.max_pixels = 100 * 100;
  Limits short_ones;
  short_ones.max_duration_ms = 2'000;

  EXPECT_EQ(probe_of(file, small_frames)["rejected"]["code"], "frame_too_large");
  EXPECT_EQ(probe_of(file, short_ones)["rejected"]["code"], "too_long");
}

TEST(Probe, RejectsAFrameBombBeforeItIsDecoded) {
  const TempFolder folder;
  const auto file = folder.path("bomb.mp4");
  make_clip(file, pattern(160, 120, "25", 2) + kX264);
  std::string bytes = read_file(file);
  const auto entry = bytes.rfind("avc1");
  ASSERT_NE(entry, std::string::npos);
  bytes.replace(entry + 28, 4, "\x40\x00\x40\x00", 4);  // 16384 x 16384.
  write_file(file, bytes);

  EXPECT_EQ(rejection_of(file), "frame_too_large");
}

TEST(Probe, TellsCutFilesFromDamagedOnes) {
  const TempFolder folder;
  const auto whole = folder.path("whole.mp4");
  make_clip(whole, pattern(320, 240, "25", 4) + kX264 + "-g 25");
  const auto fast = folder.path("fast.mp4");
  make_clip(fast, pattern(320, 240, "25", 4) + kX264 + "-g 25 -movflags +faststart");
  const std::string whole_bytes = read_file(whole);
  const std::string fast_bytes = read_file(fast);

  write_file(folder.path("no_moov.mp4"), whole_bytes.substr(0, whole_bytes.size() / 2));
  write_file(folder.path("half.mp4"), fast_bytes.substr(0, fast_bytes.size() / 2));
  write_file(folder.path("almost.mp4"), fast_bytes.substr(0, fast_bytes.size() * 98 / 100));
  std::string no_index = whole_bytes;
  std::fill(no_index.begin() + static_cast<std::ptrdiff_t>(no_index.find("moov")) + 4,
            no_index.end(), '\x7f');
  write_file(folder.path("no_index.mp4"), no_index);
  std::string no_frames = whole_bytes;
  std::fill(no_frames.begin() + static_cast<std::ptrdiff_t>(no_frames.find("mdat")) + 4,
            no_frames.begin() + static_cast<std::ptrdiff_t>(no_frames.find("moov")) - 4, '\x7f');
  write_file(folder.path("no_frames.mp4"), no_frames);

  EXPECT_EQ(rejection_of(folder.path("no_moov.mp4")), "incomplete_file");
  EXPECT_EQ(rejection_of(folder.path("half.mp4")), "incomplete_file");
  EXPECT_EQ(rejection_of(folder.path("no_index.mp4")), "damaged");
  EXPECT_EQ(rejection_of(folder.path("no_frames.mp4")), "damaged");
  const auto almost = probe_of(folder.path("almost.mp4"));
  ASSERT_TRUE(almost.contains("plan")) << almost.dump();
  EXPECT_THAT(almost["verdict"]["warnings"], Contains("truncated"));
  EXPECT_LT(almost["plan"]["frame_count"], 100);  // Only frames that are there are promised.
  EXPECT_GE(almost["plan"]["frame_count"], 95);
}

TEST(Probe, DescribesALessonInItsVerdict) {
  const TempFolder folder;
  const auto file = folder.path("clip.mp4");
  make_clip(file, pattern(640, 360, "25", 3) + tone(3) + kX264 + "-c:a aac -ac 1 -shortest");

  MemorySink sink;
  const auto result = run_on(file, ProbeTask{"abc", Limits{}}, sink);

  ASSERT_TRUE(result);
  const auto& verdict = result->at("verdict");
  EXPECT_EQ(verdict["container"], "mp4");
  EXPECT_EQ(verdict["video"]["codec"], "h264");
  EXPECT_EQ(verdict["video"]["width"], 640);
  EXPECT_EQ(verdict["video"]["fps"], 25.0);
  EXPECT_EQ(verdict["video"]["frame_rate_kind"], "constant");
  EXPECT_EQ(verdict["audio"]["codec"], "aac");
  EXPECT_EQ(verdict["audio"]["channels"], 1);
  EXPECT_NEAR(verdict["duration_ms"].get<double>(), 3000, 40);
  EXPECT_THAT(verdict["warnings"], Contains("short_lesson"));
  // ffmpeg's sine is at −18 dBFS and a little: about −21 LUFS in each of two loudspeakers.
  EXPECT_NEAR(verdict["loudness"]["measured_lufs"].get<double>(), -18.5, 3.0);
  EXPECT_NEAR(verdict["loudness"]["measured_lufs"].get<double>() +
                  verdict["loudness"]["gain_db"].get<double>(),
              -16, 0.02);
  const Plan plan = result->at("plan").get<Plan>();
  EXPECT_EQ(plan.source_sha256, "abc");
  EXPECT_EQ(plan.audio.front().channels, 1);
  EXPECT_THAT(sink.order, ElementsAre("v360/init.mp4", "a128/init.mp4", "a64/init.mp4"));
}

TEST(Probe, GivesSilenceNoGain) {
  const TempFolder folder;
  const auto file = folder.path("clip.mp4");
  make_clip(file, pattern(160, 120, "25", 2) +
                      "-f lavfi -i anullsrc=r=48000:cl=stereo:d=2 -shortest" + kX264 + "-c:a aac");

  const auto result = probe_of(file);

  EXPECT_EQ(result["plan"]["gain_db"], 0.0);
  EXPECT_TRUE(result["verdict"]["loudness"]["measured_lufs"].is_null());
  EXPECT_THAT(result["verdict"]["warnings"], Contains("silent_audio"));
}

TEST(Probe, WarnsWithoutSound) {
  const TempFolder folder;
  const auto file = folder.path("clip.webm");
  make_clip(file, pattern(160, 120, "15", 2) + "-c:v libvpx -deadline realtime -cpu-used 8");

  const auto result = probe_of(file);

  EXPECT_TRUE(result["verdict"]["audio"].is_null());
  EXPECT_TRUE(result["plan"]["audio"].empty());
  EXPECT_THAT(result["verdict"]["warnings"], Contains("no_audio"));
}

TEST(DisplayMatrix, IsBroughtToQuarterTurns) {
  constexpr std::int32_t kOne = 0x10000;
  struct Row {
    std::array<std::int32_t, 9> matrix;
    Orientation expected;
  };
  const Row rows[] = {
      {{kOne, 0, 0, 0, kOne, 0, 0, 0, 0x40000000}, {0, false}},
      {{0, kOne, 0, -kOne, 0, 0, 0, 0, 0x40000000}, {1, false}},
      {{-kOne, 0, 0, 0, -kOne, 0, 0, 0, 0x40000000}, {2, false}},
      {{0, -kOne, 0, kOne, 0, 0, 0, 0, 0x40000000}, {3, false}},
      {{-kOne, 0, 0, 0, kOne, 0, 0, 0, 0x40000000}, {0, true}},
      {{kOne, 0, 0, 0, -kOne, 0, 0, 0, 0x40000000}, {2, true}},
      {{kOne, kOne / 9, 0, -kOne / 9, kOne, 0, 0, 0, 0x40000000}, {0, false}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(::testing::PrintToString(row.matrix));
    EXPECT_EQ(orientation_of(row.matrix), row.expected);
  }
}

}  // namespace
}  // namespace weike::media::test
