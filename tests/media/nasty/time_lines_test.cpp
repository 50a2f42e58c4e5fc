#include "tests/media/nasty/forge.hpp"
#include "tests/media/nasty/lessons.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

// Odd frame rates, gaps, starts and edits: pictures and sound stay where they belong.
namespace weike::media::test {
namespace {

using ::testing::Contains;

struct Pace {
  const char* name;
  const char* file;
  std::string arguments;
  Rational frame_rate;
  std::int64_t frames;
};

void PrintTo(const Pace& pace, std::ostream* out) { *out << pace.name; }

class Paced : public ::testing::TestWithParam<Pace> {};

TEST_P(Paced, ComesOutOnAConstantGrid) {
  const Pace& pace = GetParam();
  const TempFolder folder;
  const auto file = folder.path(pace.file);
  make_clip(file, pace.arguments + kX264);

  const auto lesson = make_lesson(file);

  EXPECT_EQ(lesson.plan.frame_rate, pace.frame_rate) << lesson.plan.frame_rate.value();
  EXPECT_NEAR(static_cast<double>(lesson.plan.frame_count), static_cast<double>(pace.frames), 1);
  EXPECT_EQ(frames_shown(lesson), lesson.plan.frame_count);
  const double late = static_cast<double>(lesson.plan.frame_count) / lesson.plan.frame_rate.value();
  for (const double seconds : {0.0, late / 2, late - 0.55}) {
    SCOPED_TRACE(seconds);
    EXPECT_LT(difference(picture_at(lesson.picture, seconds), picture_at(file, seconds)), 12);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, Paced,
    ::testing::Values(
        // Ten seconds of nothing in the middle, as screen recorders leave them.
        Pace{"gap_of_ten_seconds",
             "a.mp4",
             pattern(160, 120, "30", 14) +
                 "-vf \"select='lt(t,2)+gte(t,12)'\" -fps_mode passthrough",
             {30, 1},
             420},
        // 28 to 32 frames a second, in turns of a second.
        Pace{"phone",
             "a.mp4",
             pattern(160, 120, "30", 4) +
                 "-vf settb=1/90000,setpts='PTS+1500*sin(T*3)' -fps_mode passthrough "
                 "-enc_time_base 1/90000",
             {30, 1},
             120},
        Pace{"slow_motion", "a.mp4", pattern(160, 120, "240", 2), {30, 1}, 60},
        Pace{"time_base_of_1000", "a.mkv", pattern(160, 120, "30000/1001", 3), {30'000, 1001}, 90},
        Pace{"slides", "a.mp4", pattern(160, 120, "1", 4), {10, 1}, 40},
        Pace{"sixty", "a.mp4", pattern(160, 120, "60", 2), {30, 1}, 60},
        Pace{"late_start_in_ts",
             "a.ts",
             pattern(160, 120, "25", 3) + "-g 25 -bf 2 -output_ts_offset 72000",
             {25, 1},
             75},
        // 2^33 ticks of 90 kHz are over after 95443.7 s.
        Pace{"times_that_wrap",
             "a.ts",
             pattern(160, 120, "25", 4) + "-g 25 -bf 2 -output_ts_offset 95441.7",
             {25, 1},
             100}));

TEST(TimeLines, DriftStaysBelowFortyMilliseconds) {
  const TempFolder folder;
  const auto file = folder.path("a.mp4");
  // White and a beep in the same 0.2 s near the end, behind a rate of 29.97 and a gap.
  make_clip(file,
            "-f lavfi -i color=black:size=160x120:rate=30000/1001:duration=9 "
            "-f lavfi -i sine=frequency=1000:duration=9:sample_rate=44100 "
            "-vf \"drawbox=color=white:t=fill:enable='between(t,8,8.2)',"
            "select='lt(t,2)+gte(t,5)'\" -fps_mode passthrough "
            "-af \"volume=0:enable='not(between(t,8,8.2))'\" -c:a aac" +
                std::string(kX264));

  const auto lesson = make_lesson(file);

  const auto samples = samples_of(lesson.sound);
  double heard = -1;
  for (std::size_t i = 0; i < samples.size() && heard < 0; ++i) {
    if (std::abs(samples[i]) > 0.05F) heard = static_cast<double>(i) / 48'000;
  }
  const auto rate =
      std::to_string(lesson.plan.frame_rate.num) + "/" + std::to_string(lesson.plan.frame_rate.den);
  const auto brightness =
      output_of("ffmpeg -nostdin -v error -i '" + lesson.picture.string() + "' -vf fps=" + rate +
                ",scale=1:1:flags=area -f rawvideo -pix_fmt gray -");
  double seen = -1;
  for (std::size_t n = 0; n < brightness.size() && seen < 0; ++n) {
    if (static_cast<unsigned char>(brightness[n]) > 128)
      seen = static_cast<double>(n) / lesson.plan.frame_rate.value();
  }
  EXPECT_NEAR(heard, 8, 0.04);
  EXPECT_NEAR(seen, 8, 0.04);
}

// Two frames at one time: there is room for one, and the sheet says so.
TEST(TimeLines, FramesWithoutATimeOfTheirOwnAreCounted) {
  const TempFolder folder;
  const auto plain = folder.path("plain.mp4");
  make_clip(plain, pattern(160, 120, "25", 3) + kX264 + "-bf 0");
  const auto file = folder.path("a.mp4");
  make_clip(file, "-i plain.mp4 -c copy -bsf:v setts=pts='PTS+eq(N\\,20)*512+eq(N\\,40)*512'");

  const auto lesson = make_lesson(file);

  EXPECT_EQ(lesson.verdict["video"]["surplus_frames"], 2);
  EXPECT_THAT(lesson.verdict["warnings"], Contains("uneven_times"));
  EXPECT_EQ(lesson.plan.frame_count, 75);
  EXPECT_EQ(frames_shown(lesson), 75);
  EXPECT_LT(difference(picture_at(lesson.picture, 2.5), picture_at(plain, 2.5)), 12);
}

// A voice over slides: the last one stands as long as the file says, which is longer than frames
// usually do, and the sheet does not say that the lesson ended early.
TEST(TimeLines, TheLastSlideStandsAsLongAsItsVoice) {
  const TempFolder folder;
  for (const char* sound : {"30", "29", "40"}) {
    SCOPED_TRACE(sound);
    const auto file = folder.path("a.mp4");
    make_clip(file, pattern(160, 120, "0.1", 30) + tone(std::stod(sound)) + kX264 + "-c:a aac");

    const auto lesson = make_lesson(file);

    EXPECT_NEAR(lesson.plan.picture_ms(), 30'000, 50);
    EXPECT_EQ(frames_shown(lesson), lesson.plan.frame_count);
    EXPECT_GT(level(samples_of(lesson.sound), 28, 28.9), 0.02);
    std::int64_t until_ms = 0;
    for (const auto& [name, seen] : lesson.sink.observations)
      if (seen.picture) until_ms = std::max(until_ms, seen.picture->decoded_until_ms);
    EXPECT_NEAR(static_cast<double>(until_ms), 29'900, 1);
  }
}

// One slide that stands longer than all before it, for a sentence more.
TEST(TimeLines, TheLastSlideMayStandLongest) {
  const TempFolder folder;
  const auto file = folder.path("a.mp4");
  make_clip(folder.path("slides.mp4"), pattern(160, 120, "1", 3) + kX264);
  make_clip(file, "-i slides.mp4" + tone(8) +
                      "-c:v copy -c:a aac -bsf:v setts=duration='if(eq(N\\,2)\\,6/TB\\,1/TB)'");

  const auto lesson = make_lesson(file);

  EXPECT_NEAR(lesson.plan.duration_ms(), 8'000, 100);
  EXPECT_GT(level(samples_of(lesson.sound), 7.5, 7.9), 0.02);
}

// Cut on the phone, without a key frame at the cut: the frames before it are still in the file.
TEST(TimeLines, FramesBeforeAnEditAreNotShown) {
  const TempFolder folder;
  make_clip(folder.path("whole.mp4"),
            "-f lavfi -i color=red:size=160x120:rate=25:duration=1.4 "
            "-f lavfi -i color=lime:size=160x120:rate=25:duration=2.6 " +
                tone(4) +
                "-filter_complex '[0:v][1:v]concat[v]' -map '[v]' -map 2:a -g 250 -c:a aac" +
                kX264);
  const auto file = folder.path("a.mp4");
  make_clip(file, "-ss 1.4 -i whole.mp4 -c copy");

  const auto lesson = make_lesson(file);

  EXPECT_NEAR(static_cast<double>(lesson.plan.frame_count), 65, 1);
  const auto first = picture_at(lesson.picture, 0);
  ASSERT_FALSE(first.empty());
  EXPECT_LT(static_cast<unsigned char>(first[1500]), 100) << "no red";
  EXPECT_GT(static_cast<unsigned char>(first[1501]), 150) << "lime";
  EXPECT_GT(level(samples_of(lesson.sound), 0.05, 0.3), 0.02) << "and the sound begins with it";
}

TEST(TimeLines, EmptyEditDelaysTheSound) {
  const TempFolder folder;
  const auto file = folder.path("a.mp4");
  make_clip(file, pattern(160, 120, "25", 3) + "-itsoffset 0.7" + tone(2) + "-c:a aac" + kX264);

  const auto samples = samples_of(make_lesson(file).sound);

  EXPECT_LT(level(samples, 0, 0.66), 0.002);
  EXPECT_GT(level(samples, 0.74, 1.5), 0.02);
}

// The first picture comes late: it is the beginning, and the sound before it is left out.
TEST(TimeLines, EmptyEditOfThePictureKeepsTheDistance) {
  const TempFolder folder;
  const auto file = folder.path("a.mp4");
  make_clip(file, "-itsoffset 0.7" + pattern(160, 120, "25", 2) +
                      "-f lavfi -i sine=frequency=500:duration=2.7:sample_rate=44100 "
                      "-fps_mode passthrough -af \"volume=0:enable='lt(t,1.7)'\" -c:a aac" +
                      kX264);

  const auto lesson = make_lesson(file);

  EXPECT_EQ(lesson.plan.frame_count, 50);
  const auto samples = samples_of(lesson.sound);
  EXPECT_LT(level(samples, 0, 0.96), 0.002);
  EXPECT_GT(level(samples, 1.04, 1.9), 0.02) << "a second after the first picture";
}

}  // namespace
}  // namespace weike::media::test
