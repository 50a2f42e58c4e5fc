#include "media/transcode/limiter.hpp"
#include "tests/media/clips.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

namespace weike::media::test {
namespace {

constexpr double kTau = 6.283185307179586;

// The samples a player hears, one channel.
std::vector<float> decoded(const std::filesystem::path& file) {
  const std::string bytes =
      output_of("ffmpeg -nostdin -v error -i '" + file.string() + "' -ac 1 -f f32le -");
  std::vector<float> samples(bytes.size() / sizeof(float));
  std::memcpy(samples.data(), bytes.data(), samples.size() * sizeof(float));
  return samples;
}

// The brightness of each frame.
std::vector<int> brightness(const std::filesystem::path& file) {
  std::vector<int> values;
  for (const char each : output_of("ffmpeg -nostdin -v error -i '" + file.string() +
                                   "' -s 2x2 -sws_flags area -f rawvideo -pix_fmt gray - "))
    values.push_back(static_cast<unsigned char>(each));
  std::vector<int> frames;
  for (std::size_t i = 0; i + 3 < values.size(); i += 4) frames.push_back(values[i]);
  return frames;
}

struct SyncRow {
  const char* name;
  const char* file;
  std::string output;
  double offset;  // How much later the sound is in the source.
};

void PrintTo(const SyncRow& row, std::ostream* out) { *out << row.name; }

class PictureAndSound : public ::testing::TestWithParam<SyncRow> {};

TEST_P(PictureAndSound, StayTogether) {
  const SyncRow& row = GetParam();
  const TempFolder folder;
  const auto clip = folder.path(row.file);
  make_clip(clip,
            " -f lavfi -i \"color=black:size=160x120:rate=25:duration=7,"
            "drawbox=color=white:t=fill:enable='gte(t,5)'\" -itsoffset " +
                std::to_string(row.offset) +
                " -f lavfi -i \"aevalsrc='if(gte(t,5),0.3*sin(2*PI*1000*t),0)':d=7:s=44100\" " +
                row.output);
  MemorySink sink;
  const Plan plan = plan_of(clip, sink);
  make_all(clip, plan, sink, 1);

  const std::string rung = plan.video.front().name;
  join(plan, sink, rung, folder.path("v.mp4"));
  join(plan, sink, "a128", folder.path("a.mp4"));
  const auto frames = brightness(folder.path("v.mp4"));
  const auto samples = decoded(folder.path("a.mp4"));

  const auto flash = std::find_if(frames.begin(), frames.end(), [](int v) { return v > 128; });
  const auto beep =
      std::find_if(samples.begin(), samples.end(), [](float v) { return std::abs(v) > 0.1F; });
  const double flash_at = static_cast<double>(flash - frames.begin()) / 25;
  const double beep_at = static_cast<double>(beep - samples.begin()) / 48'000;
  EXPECT_NEAR(flash_at, 5, 0.001);
  EXPECT_NEAR(beep_at, 5 + row.offset, 0.015);
  const double length = static_cast<double>(samples.size()) / 48'000;
  EXPECT_NEAR(length, static_cast<double>(frames.size()) / 25, 0.022);
}

constexpr const char* kH264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 250 ";

INSTANTIATE_TEST_SUITE_P(
    Table, PictureAndSound,
    ::testing::Values(SyncRow{"mp4", "a.mp4", std::string(kH264) + "-c:a aac", 0},
                      SyncRow{"mp4_late_sound", "a.mp4", std::string(kH264) + "-c:a aac", 0.4},
                      SyncRow{"ts", "a.ts", std::string(kH264) + "-bf 2 -c:a mp2", 0},
                      SyncRow{"webm", "a.webm",
                              "-c:v libvpx -deadline realtime -cpu-used 8 -c:a libopus", 0},
                      SyncRow{"avi", "a.avi", "-c:v mpeg4 -c:a pcm_s16le", 0}));

TEST(Sound, JoinsWithoutAClick) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(clip, pattern(160, 120, "10", 12) +
                      "-f lavfi -i \"aevalsrc='0.5*sin(2*PI*300*t)':d=12:s=44100\" "
                      "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac -b:a 192k");
  MemorySink sink;
  const Plan plan = plan_of(clip, sink);
  ASSERT_GE(plan.segments.size(), 3U);
  make_all(clip, plan, sink, 1);
  join(plan, sink, "a128", folder.path("a.mp4"));

  const auto samples = decoded(folder.path("a.mp4"));

  // Three neighbours of a sine satisfy x[n+1] = 2 cos(w) x[n] − x[n−1]; a click does not.
  const double turn = 2 * std::cos(kTau * 300 / 48'000);
  const auto worst = [&](std::size_t begin, std::size_t end) {
    double largest = 0;
    for (std::size_t i = begin; i < end; ++i) {
      const double predicted =
          turn * static_cast<double>(samples[i]) - static_cast<double>(samples[i - 1]);
      largest = std::max(largest, std::abs(static_cast<double>(samples[i + 1]) - predicted));
    }
    return largest;
  };
  const double usual = worst(48'000, 80'000);
  for (std::size_t i = 1; i < plan.segments.size(); ++i) {
    const auto at = static_cast<std::size_t>(plan.segments[i].first_audio_frame) * 1024;
    EXPECT_LT(worst(at - 2048, at + 2048), 3 * usual + 0.002) << "segment " << i;
  }
}

TEST(Limiter, HoldsTheCeilingAndLeavesQuietSoundAlone) {
  Sound sound(2, std::vector<float>(48'000));
  for (std::size_t i = 0; i < sound[0].size(); ++i) {
    const auto value =
        static_cast<float>(0.5 * std::sin(kTau * 997 * static_cast<double>(i) / 48'000));
    sound[0][i] = value;
    sound[1][i] = i > 20'000 && i < 21'000 ? value : value * 0.1F;
  }
  Sound quiet = sound;

  apply_gain(sound, 9);
  apply_gain(quiet, -6);

  for (const auto& channel : sound)
    for (const float sample : channel) ASSERT_LE(std::abs(sample), 0.8415F);
  EXPECT_NEAR(static_cast<double>(quiet[0][1000]),
              0.5 * std::sin(kTau * 997 * 1000 / 48'000) * std::pow(10, -0.3), 1e-5);
}

TEST(Limiter, IsTheSameForOverlappingStretches) {
  Sound whole(1, std::vector<float>(30'000));
  for (std::size_t i = 0; i < whole[0].size(); ++i)
    whole[0][i] = static_cast<float>(std::sin(static_cast<double>(i) * 0.05) *
                                     std::sin(static_cast<double>(i) * 0.0007));
  Sound part(1, std::vector<float>(whole[0].begin() + 10'000, whole[0].begin() + 20'000));

  apply_gain(whole, 6);
  apply_gain(part, 6);

  for (std::size_t i = kLimiterReach; i < part[0].size() - kLimiterReach; ++i)
    ASSERT_NEAR(part[0][i], whole[0][10'000 + i], 1e-6) << i;
}

}  // namespace
}  // namespace weike::media::test
