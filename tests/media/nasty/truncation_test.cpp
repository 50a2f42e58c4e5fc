#include "tests/media/nasty/forge.hpp"
#include "tests/media/nasty/lessons.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// Files of which a part is missing or broken.
namespace weike::media::test {
namespace {

using ::testing::Contains;
using ::testing::Not;

struct Cut {
  const char* name;
  const char* file;
  std::string arguments;
  double share;  // Of the bytes that are left.
  const char* cause;
};

void PrintTo(const Cut& cut, std::ostream* out) { *out << cut.name; }

class CutFile : public ::testing::TestWithParam<Cut> {};

TEST_P(CutFile, IsRejectedOrAcceptedWithAFlag) {
  const TempFolder folder;
  const auto whole = folder.path(GetParam().file);
  make_clip(whole, pattern(320, 240, "25", 4) + GetParam().arguments);
  const std::string bytes = read_file(whole);
  const auto file = folder.path(std::string("cut-") + GetParam().file);
  write_file(file, bytes.substr(0, static_cast<std::size_t>(static_cast<double>(bytes.size()) *
                                                            GetParam().share)));

  const auto result = probe_in_sandbox(file);

  if (*GetParam().cause != '\0') {
    EXPECT_EQ(result["rejected"]["code"], GetParam().cause) << result.dump();
    return;
  }
  ASSERT_TRUE(result.contains("plan")) << result.dump();
  EXPECT_THAT(result["verdict"]["warnings"], Contains("truncated"));
  EXPECT_LT(result["plan"]["frame_count"], 100) << "only what is there is promised";
  EXPECT_GE(result["plan"]["frame_count"], 95);
  const auto lesson = make_lesson(file);
  EXPECT_EQ(frames_shown(lesson), lesson.plan.frame_count);
}

constexpr const char* kFast = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 25 ";
constexpr const char* kVp8 = "-c:v libvpx -deadline realtime -cpu-used 8 -b:v 2M -g 25 ";

INSTANTIATE_TEST_SUITE_P(
    Table, CutFile,
    ::testing::Values(Cut{"before_its_index", "a.mp4", kFast, 0.5, "incomplete_file"},
                      Cut{"half_behind_its_index", "a.mp4",
                          std::string(kFast) + "-movflags +faststart", 0.5, "incomplete_file"},
                      Cut{"little_behind_its_index", "a.mp4",
                          std::string(kFast) + "-movflags +faststart", 0.98, ""},
                      Cut{"half_of_fragments", "a.mp4",
                          std::string(kFast) +
                              "-movflags frag_keyframe+empty_moov+default_base_moof",
                          0.5, "incomplete_file"},
                      Cut{"half_of_matroska", "a.mkv", kFast, 0.5, "incomplete_file"},
                      Cut{"little_of_webm", "a.webm", kVp8, 0.975, ""},
                      Cut{"half_of_avi", "a.avi", "-c:v mpeg4 -b:v 1M", 0.5, "incomplete_file"}));

TEST(CutFile, WholeOnesAreNotFlagged) {
  const TempFolder folder;
  for (const char* name : {"a.mp4", "a.mkv", "a.avi", "a.ts"}) {
    SCOPED_TRACE(name);
    const auto file = folder.path(name);
    make_clip(file, pattern(160, 120, "25", 2) + kFast + "-bf 0");
    const auto result = probe_in_sandbox(file);
    ASSERT_TRUE(result.contains("verdict")) << result.dump();
    EXPECT_THAT(result["verdict"]["warnings"], Not(Contains("truncated")));
    EXPECT_THAT(result["verdict"]["warnings"], Not(Contains("wrong_duration")));
  }
}

// A camera that was cut off writes no sizes; a live recording never knows them.
TEST(CutFile, ARecordingOfUnknownLengthIsWhole) {
  const TempFolder folder;
  const auto file = folder.path("live.mkv");
  make_clip(file, pattern(160, 120, "25", 2) + kFast + "-live 1");

  const auto result = probe_in_sandbox(file);

  ASSERT_TRUE(result.contains("verdict")) << result.dump();
  EXPECT_THAT(result["verdict"]["warnings"], Not(Contains("truncated")));
  EXPECT_EQ(result["plan"]["frame_count"], 50);
}

// Up to a twentieth of the frames may be broken: the last good one stands in for them.
TEST(Damage, InTheMiddleIsConcealed) {
  const TempFolder folder;
  const auto file = folder.path("a.avi");
  make_clip(file, pattern(320, 240, "25", 6) + "-c:v mpeg4 -b:v 2M -g 12");
  std::string bytes = read_file(file);
  const auto middle = bytes.size() / 2;
  overwrite(bytes, middle, std::string(3'000, '\x7f'));
  write_file(file, bytes);

  const auto lesson = make_lesson(file);

  EXPECT_EQ(lesson.plan.frame_count, 150);
  EXPECT_EQ(frames_shown(lesson), 150);
  std::int64_t damaged = 0;
  for (const auto& [name, seen] : lesson.sink.observations)
    if (seen.picture) damaged += seen.picture->damaged_frames;
  EXPECT_GE(damaged, 1) << "something was there to conceal";
  EXPECT_LE(damaged, 12) << "up to the next key frame";
  EXPECT_LT(difference(picture_at(lesson.picture, 5.5), picture_at(file, 5.5)), 12);
}

}  // namespace
}  // namespace weike::media::test
