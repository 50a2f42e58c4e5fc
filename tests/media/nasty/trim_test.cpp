#include "tests/media/nasty/lessons.hpp"

#include <gtest/gtest.h>

#include <cmath>

// In and out points: what is shown and heard begins and ends there.
namespace weike::media::test {
namespace {

// Another grey in each of twenty frames, far from its neighbours', and a beep at each full second;
// one key frame in four seconds.
std::filesystem::path counting_clip(const TempFolder& folder, const char* name = "a.mp4") {
  const auto file = folder.path(name);
  make_clip(file,
            "-f lavfi -i \"nullsrc=size=160x120:rate=25:duration=4,"
            "geq=lum=20+10*mod(N\\,20):cb=128:cr=128\" "
            "-f lavfi -i sine=frequency=1000:duration=4:sample_rate=48000 "
            "-af \"volume=0:enable='gt(mod(t,1),0.1)'\" -c:a aac -g 100 -crf 10" +
                std::string(kX264));
  return file;
}

// Of the frame of that number, in order of showing.
int grey_of(const std::filesystem::path& file, int frame) {
  const auto pixel = output_of("ffmpeg -nostdin -v error -i '" + file.string() +
                               "' -vf \"select='eq(n," + std::to_string(frame) +
                               ")',scale=1:1:flags=area\" -frames:v 1 -f rawvideo -pix_fmt gray -");
  return pixel.empty() ? -1 : static_cast<unsigned char>(pixel[0]);
}

double first_sound(const std::vector<float>& samples) {
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (std::abs(samples[i]) > 0.05F) return static_cast<double>(i) / 48'000;
  }
  return -1;
}

TEST(Trim, ShowsTheFrameAtInFirstAndEndsAtOut) {
  const TempFolder folder;
  const auto file = counting_clip(folder);

  const auto lesson = make_lesson(file, {1'480, 3'480});

  EXPECT_EQ(lesson.plan.trim, (Trim{1'480, 3'480}));
  EXPECT_EQ(lesson.plan.frame_count, 50);
  EXPECT_EQ(frames_shown(lesson), 50);
  for (const int frame : {0, 25, 49})
    EXPECT_NEAR(grey_of(lesson.picture, frame), grey_of(file, 37 + frame), 4) << frame;
}

TEST(Trim, NeverShowsAFrameFromBeforeIn) {
  const TempFolder folder;
  const auto file = counting_clip(folder);

  // Between two frames, 1.48 s and 1.52 s: the second is the first one shown.
  const auto lesson = make_lesson(file, {1'485, 0});

  EXPECT_NEAR(grey_of(lesson.picture, 0), grey_of(file, 38), 4);
  EXPECT_EQ(lesson.plan.frame_count, 62);
}

TEST(Trim, KeepsSoundInStep) {
  const TempFolder folder;
  for (const char* name : {"a.mp4", "a.mkv", "a.ts"}) {
    SCOPED_TRACE(name);
    const auto file = counting_clip(folder, name);

    const auto lesson = make_lesson(file, {1'400, 3'800});

    EXPECT_EQ(lesson.plan.frame_count, 60);
    EXPECT_NEAR(grey_of(lesson.picture, 0), grey_of(file, 35), 4);
    EXPECT_NEAR(first_sound(samples_of(lesson.sound)), 0.6, 0.04) << "the beep of 2 s";
  }
}

// A slide that stands for long is shown from `in` on; nothing waits for the next one.
TEST(Trim, BeginsWithThePictureThatStands) {
  const TempFolder folder;
  const auto file = folder.path("slides.mp4");
  make_clip(file,
            "-f lavfi -i nullsrc=size=160x120:rate=1/2:duration=8,"
            "geq=lum=40+40*N:cb=128:cr=128" +
                std::string(kX264));

  const auto lesson = make_lesson(file, {3'000, 7'000});

  EXPECT_EQ(lesson.plan.duration_ms(), 4'000U);
  EXPECT_NEAR(grey_of(lesson.picture, 5), grey_of(file, 1), 6);
  EXPECT_NEAR(grey_of(lesson.picture, 15), grey_of(file, 2), 6);
}

// The console always tells where a lesson ends, and the end may be sound over the last picture.
TEST(Trim, KeepsTheSoundBehindTheLastPicture) {
  const TempFolder folder;
  const auto file = folder.path("a.mp4");
  make_clip(file, pattern(160, 120, "25", 2) + tone(3) + kX264 + "-c:a aac");

  const auto lesson = make_lesson(file, {500, 3'000});

  EXPECT_EQ(lesson.plan.duration_ms(), 2'480U);  // From the frame at 0.52 s on.
  EXPECT_EQ(lesson.plan.held_frames, 25);
  EXPECT_EQ(frames_shown(lesson), lesson.plan.frame_count);
  EXPECT_GT(level(samples_of(lesson.sound), 2.2, 2.45), 0.02);
}

// The last picture stands still, the voice goes on, and only that is wanted.
TEST(Trim, MayBeginBehindTheLastPicture) {
  const TempFolder folder;
  const auto file = folder.path("a.mp4");
  make_clip(file, pattern(160, 120, "25", 2) + tone(4) + kX264 + "-c:a aac");

  const auto lesson = make_lesson(file, {2'400, 4'000});

  EXPECT_EQ(frames_shown(lesson), 40);
  EXPECT_LT(difference(picture_at(lesson.picture, 1), picture_at(file, 1.96)), 12);
  EXPECT_GT(level(samples_of(lesson.sound), 1.2, 1.5), 0.02);
}

TEST(Trim, DependsOnNothingButItsPoints) {
  const TempFolder folder;
  const auto file = counting_clip(folder);
  const auto one = make_lesson(file, {1'000, 4'000});
  MemorySink other;

  make_all(file, one.plan, other, 1);

  for (const auto& [name, bytes] : other.files) EXPECT_EQ(bytes, one.sink.files.at(name)) << name;
}

TEST(Trim, LeavesAtLeastASecond) {
  const TempFolder folder;
  const auto file = counting_clip(folder);
  ProbeTask task{"source", Limits{}};
  for (const Trim& trim : {Trim{3'200, 0}, Trim{1'000, 1'500}, Trim{60'000, 70'000}}) {
    task.trim = trim;
    EXPECT_EQ(probe_in_sandbox(file, task)["rejected"]["code"], "too_short") << trim.in_ms;
  }
}

}  // namespace
}  // namespace weike::media::test
