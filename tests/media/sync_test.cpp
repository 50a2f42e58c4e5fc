#include "tests/media/clips.hpp"
#include "tests/media/decoded.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

// Lips match from the first frame to the last: clicks and flashes that belong together in the
// source do so in what is made of it.
namespace weike::media::test {
namespace {

constexpr const char* kX264 = " -c:v libx264 -preset ultrafast -pix_fmt yuv420p ";

// Every second from 0.5 s on, 100 ms of light and of a tone.
std::string lights(const std::string& fps, double seconds) {
  return " -f lavfi -i \"color=black:size=64x48:rate=" + fps +
         ":duration=" + std::to_string(seconds) +
         ",drawbox=color=white:t=fill:enable='gte(mod(t,1),0.4999)*lt(mod(t,1),0.5999)'\" ";
}

std::string clicks(int rate, double seconds) {
  return " -f lavfi -i "
         "\"aevalsrc='if(gte(mod(t,1),0.49999)*lt(mod(t,1),0.6),0.4*sin(2*PI*1500*t),0)':d=" +
         std::to_string(seconds) + ":s=" + std::to_string(rate) + "\" ";
}

struct SyncRow {
  const char* name;
  const char* file;
  std::string arguments;
  double fps;
  double first_flash = 0.5;  // In the lesson's time.
  double first_click = 0.5;
  std::size_t pairs = 3;
};

void PrintTo(const SyncRow& row, std::ostream* out) { *out << row.name; }

class Lips : public ::testing::TestWithParam<SyncRow> {};

TEST_P(Lips, MatchFromTheFirstFrameToTheLast) {
  const SyncRow& row = GetParam();
  const TempFolder folder;
  const auto clip = folder.path(row.file);
  make_clip(clip, row.arguments);
  MemorySink sink;
  const Plan plan = plan_of(clip, sink);

  make_all(clip, plan, sink);

  join(plan, sink, plan.video.back().name, folder.path("v.mp4"));
  join(plan, sink, "a128", folder.path("a.mp4"));
  const auto lit = flashes(brightness_of(folder.path("v.mp4")));
  const auto heard = onsets(samples_of(folder.path("a.mp4")));
  ASSERT_GE(lit.size(), row.pairs);
  ASSERT_GE(heard.size(), row.pairs);
  for (std::size_t i : {std::size_t{0}, row.pairs - 1}) {
    const auto second = static_cast<double>(i);
    const double flash = static_cast<double>(lit[i]) / plan.frame_rate.value();
    EXPECT_NEAR(flash, row.first_flash + second, 1.01 / row.fps) << i;
    EXPECT_NEAR(heard[i], row.first_click + second, 0.005) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, Lips,
    ::testing::Values(
        SyncRow{"mp4_a_minute_at_44100", "a.mp4",
                lights("25", 61) + clicks(44'100, 61) + kX264 + "-c:a aac", 25, 0.5, 0.5, 61},
        SyncRow{"mp4_a_minute_of_ntsc", "a.mp4",
                lights("30000/1001", 61) + clicks(48'000, 61) + kX264 + "-c:a aac", 29.97, 0.5, 0.5,
                61},
        SyncRow{"mp4_a_minute_of_varying_rate", "a.mp4",
                lights("30", 61) + clicks(44'100, 61) +
                    "-vf \"select='not(eq(mod(n,7),3))'\" -vsync vfr" + kX264 + "-c:a aac",
                30, 0.5, 0.5, 61},
        SyncRow{"ts_with_mp2", "a.ts",
                lights("25", 4) + clicks(44'100, 4) + kX264 + "-bf 2 -c:a mp2", 25},
        // The muxer shifts pictures by what it rounds the codec's delay of 6.5 ms to.
        SyncRow{"mkv_with_opus", "a.mkv",
                lights("30000/1001", 4) + clicks(48'000, 4) + kX264 + "-c:a libopus", 29.97, 0.5,
                0.493},
        SyncRow{"mkv_with_mp3", "a.mkv",
                lights("24", 4) + clicks(44'100, 4) + kX264 + "-c:a libmp3lame", 24},
        SyncRow{"avi_with_pcm", "a.avi",
                lights("25", 4) + clicks(8'000, 4) + "-c:v mpeg4 -bf 0 -c:a pcm_u8", 25},
        SyncRow{"mov_at_96000", "a.mov",
                lights("25", 4) + clicks(96'000, 4) + kX264 + "-c:a pcm_f32le", 25},
        // Cut on a phone: the file still holds what lies before the cut, hidden by an edit list.
        SyncRow{"mp4_trimmed_by_an_edit_list", "a.mp4",
                lights("25", 5) + clicks(44'100, 5) + kX264 +
                    "-g 50 -c:a aac b.mp4 && ffmpeg -nostdin -v error -y -ss 0.72 -i b.mp4 "
                    "-c copy",
                25, 0.78, 0.78},
        SyncRow{"mp4_sound_starts_late", "a.mp4",
                lights("25", 4) + " -itsoffset 0.3 " + clicks(44'100, 4) + kX264 + "-c:a aac", 25,
                0.5, 0.8},
        SyncRow{"mkv_sound_starts_early", "a.mkv",
                " -itsoffset 0.32 " + lights("25", 4) + clicks(44'100, 4) + kX264 + "-c:a aac", 25,
                0.5, 0.18},
        // What comes before zero is hidden: the first frame.
        SyncRow{"mp4_negative_start", "a.mp4",
                lights("25", 4) + clicks(44'100, 4) + kX264 +
                    "-bf 2 -c:a aac b.mp4 && ffmpeg -nostdin -v error -y -i b.mp4 -c copy "
                    "-avoid_negative_ts disabled -output_ts_offset -0.04",
                25, 0.46, 0.46}));

// What the lesson's player is given as one file.
TEST(Lips, MatchInAFileOfPicturesAndSound) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(clip, lights("25", 3) + clicks(44'100, 3) + kX264 + "-c:a aac");
  MemorySink sink;
  const Plan plan = plan_of(clip, sink);
  make_all(clip, plan, sink);
  join(plan, sink, plan.video.back().name, folder.path("v.mp4"));
  join(plan, sink, "a128", folder.path("a.mp4"));

  make_clip(folder.path("both.mp4"), "-i v.mp4 -i a.mp4 -map 0:v -map 1:a -c copy");

  const auto lit = flashes(brightness_of(folder.path("both.mp4")));
  const auto heard = onsets(samples_of(folder.path("both.mp4")));
  ASSERT_GE(lit.size(), 3U);
  ASSERT_GE(heard.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_NEAR(heard[i], static_cast<double>(lit[i]) / 25, 0.041) << i;
  EXPECT_NEAR(heard[0], 0.5, 0.005);
}

struct LengthRow {
  const char* name;
  double picture_seconds;
  double sound_seconds;
};

void PrintTo(const LengthRow& row, std::ostream* out) { *out << row.name; }

class Lengths : public ::testing::TestWithParam<LengthRow> {};

// A segment's sound ends at the AAC frame nearest to the end of its pictures.
TEST_P(Lengths, OfPicturesAndSoundAreEqual) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(clip, lights("25", GetParam().picture_seconds) +
                      clicks(44'100, GetParam().sound_seconds) + kX264 + "-c:a aac");
  MemorySink sink;
  const Plan plan = plan_of(clip, sink);

  make_all(clip, plan, sink);

  join(plan, sink, plan.video.back().name, folder.path("v.mp4"));
  join(plan, sink, "a128", folder.path("a.mp4"));
  const double pictures = static_cast<double>(brightness_of(folder.path("v.mp4")).size()) / 25;
  const double sound = static_cast<double>(samples_of(folder.path("a.mp4")).size()) / 48'000;
  EXPECT_NEAR(pictures, static_cast<double>(plan.duration_ms()) / 1000, 0.001);
  EXPECT_NEAR(sound, pictures, 0.012);
}

INSTANTIATE_TEST_SUITE_P(Table, Lengths,
                         ::testing::Values(LengthRow{"same", 3, 3}, LengthRow{"longer_sound", 3, 5},
                                           LengthRow{"shorter_sound", 5, 2},
                                           LengthRow{"a_little_longer_sound", 3, 3.4}));

TEST(Sound, AGapInTheTimeStampsStaysSilentAndShiftsNothing) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mkv");
  make_clip(clip, lights("25", 5) + clicks(44'100, 5) +
                      "-af \"aselect='not(between(t,1.2,2.2))'\" -vsync passthrough" + kX264 +
                      "-c:a pcm_s16le");
  MemorySink sink;
  const Plan plan = plan_of(clip, sink);

  make_all(clip, plan, sink);

  join(plan, sink, "a128", folder.path("a.mp4"));
  const auto heard = onsets(samples_of(folder.path("a.mp4")));
  ASSERT_EQ(heard.size(), 4U);  // The click at 1.5 s is not there.
  const std::vector<double> expected{0.5, 2.5, 3.5, 4.5};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(heard[i], expected[i], 0.005);
}

}  // namespace
}  // namespace weike::media::test
