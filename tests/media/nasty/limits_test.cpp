#include "tests/media/nasty/forge.hpp"
#include "tests/media/nasty/lessons.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

// Too short, too long, and headers that lie about it; and what a probe may read.
namespace weike::media::test {
namespace {

using ::testing::Contains;

TEST(Limits, CountWhatIsThereAndNotWhatTheHeaderSays) {
  const TempFolder folder;
  const auto file = folder.path("a.mp4");
  make_clip(file, pattern(160, 120, "25", 3) + kX264);
  std::string bytes = read_file(file);
  set_declared_durations(bytes, 12 * 3600);
  write_file(file, bytes);

  const auto result = probe_in_sandbox(file);

  ASSERT_TRUE(result.contains("plan")) << result.dump();
  EXPECT_EQ(result["plan"]["frame_count"], 75);
  EXPECT_EQ(result["verdict"]["duration_ms"], 3'000);
  EXPECT_EQ(result["verdict"]["declared_duration_ms"], 12 * 3'600'000);
  EXPECT_THAT(result["verdict"]["warnings"], Contains("wrong_duration"));
  EXPECT_EQ(frames_shown(make_lesson(file)), 75);
}

TEST(Limits, AHeaderThatSaysNothingHidesNoLongLesson) {
  const TempFolder folder;
  const auto file = folder.path("a.mp4");
  make_clip(file, pattern(160, 120, "1", 40) + kX264);
  std::string bytes = read_file(file);
  set_declared_durations(bytes, 3);
  write_file(file, bytes);
  ProbeTask task;
  task.limits.max_duration_ms = 30'000;

  EXPECT_EQ(probe_in_sandbox(file, task)["rejected"]["code"], "too_long");
}

TEST(Limits, TooShortIsRejected) {
  const TempFolder folder;
  make_clip(folder.path("one.mp4"),
            "-f lavfi -i testsrc2=size=160x120 -frames:v 1" + std::string(kX264));
  make_clip(folder.path("two.mp4"), pattern(160, 120, "25", 0.08) + kX264);
  make_clip(folder.path("under.mp4"), pattern(160, 120, "25", 0.96) + kX264);
  make_clip(folder.path("second.mp4"), pattern(160, 120, "25", 1) + kX264);
  // No frame at all: sound, and a video track that nothing was written to.
  std::string nothing = mp4_claiming(0);
  write_file(folder.path("none.mp4"), nothing);

  EXPECT_EQ(cause_in_sandbox(folder.path("one.mp4")), "too_short");
  EXPECT_EQ(cause_in_sandbox(folder.path("two.mp4")), "too_short");
  EXPECT_EQ(cause_in_sandbox(folder.path("under.mp4")), "too_short");
  EXPECT_EQ(cause_in_sandbox(folder.path("second.mp4")), "");
  EXPECT_EQ(cause_in_sandbox(folder.path("none.mp4")), "damaged");
}

TEST(Limits, ALittleTooLongIsTolerated) {
  const TempFolder folder;
  const auto file = folder.path("a.mp4");
  // 31 minutes against the 30 that are asked for; one frame in ten seconds.
  make_clip(file, pattern(64, 64, "0.1", 31 * 60) + kX264);
  make_clip(folder.path("b.mp4"), pattern(64, 64, "0.1", 32 * 60) + kX264);

  EXPECT_EQ(cause_in_sandbox(file), "");
  EXPECT_EQ(cause_in_sandbox(folder.path("b.mp4")), "too_long");
}

std::int64_t bytes_read_so_far() {
  std::ifstream counters("/proc/self/io");
  std::string name;
  std::int64_t value = 0;
  while (counters >> name >> value) {
    if (name == "rchar:") return value;
  }
  return 0;
}

// Whether a file is 70 MB or 2 GB must not matter to the verdict.
TEST(Limits, ProbeReadsTheIndexAndNotTheMedia) {
  const TempFolder folder;
  const auto file = folder.path("a.mp4");
  make_clip(file,
            "-f lavfi -i \"nullsrc=size=640x360:rate=25:duration=8,geq=random(1)*255:128:128\" "
            "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -qp 4");
  const auto size = static_cast<std::int64_t>(std::filesystem::file_size(file));
  ASSERT_GT(size, 50'000'000);
  MemorySink sink;
  const auto before = bytes_read_so_far();

  const auto result = run_on(file, ProbeTask{"source", Limits{}}, sink);

  const auto read = bytes_read_so_far() - before;
  ASSERT_TRUE(result && result->contains("plan"));
  EXPECT_EQ(result->at("plan")["frame_count"], 200);
  EXPECT_LT(read, 20'000'000) << "a few megabytes each time it is opened";
}

// The walk without the media's content finds exactly what reading everything does.
TEST(Limits, IndexTellsTheSameAsTheMedia) {
  const TempFolder folder;
  const auto indexed = folder.path("a.mp4");
  make_clip(indexed, pattern(320, 240, "30000/1001", 4) + tone(4) +
                         "-c:v libx264 -preset veryfast -bf 3 -g 48 -c:a aac");
  const auto fragmented = folder.path("b.mp4");
  make_clip(fragmented, "-i a.mp4 -c copy -movflags frag_keyframe+empty_moov+default_base_moof");

  const auto one = probe_in_sandbox(indexed);
  const auto other = probe_in_sandbox(fragmented);

  ASSERT_TRUE(one.contains("plan") && other.contains("plan")) << one.dump() << other.dump();
  EXPECT_EQ(one["plan"]["segments"], other["plan"]["segments"]);
  EXPECT_EQ(one["plan"]["frame_rate"], other["plan"]["frame_rate"]);
  EXPECT_EQ(one["verdict"]["video"]["bitrate"], other["verdict"]["video"]["bitrate"]);
}

TEST(Limits, SameBytesGiveTheSamePlan) {
  const TempFolder folder;
  const auto file = folder.path("a.mp4");
  make_clip(file, pattern(320, 240, "25", 3) + tone(3) + kX264 + "-c:a aac");
  std::filesystem::copy_file(file, folder.path("b.mp4"));

  const auto one = probe_in_sandbox(file);
  const auto other = probe_in_sandbox(folder.path("b.mp4"));

  ASSERT_TRUE(one.contains("plan"));
  EXPECT_EQ(one, other);
}

}  // namespace
}  // namespace weike::media::test
