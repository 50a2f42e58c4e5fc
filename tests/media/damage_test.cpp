#include "media/transcode/damage_log.hpp"
#include "tests/media/clips.hpp"
#include "tests/media/decoded.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

// Frames that cannot be decoded: what is shown in their place, and how they are counted.
namespace weike::media::test {
namespace {

constexpr const char* kX264 = " -c:v libx264 -preset ultrafast -pix_fmt yuv420p ";

TEST(DamageLog, KnowsFramesThatBreakAndFramesThatNeverCome) {
  DamageLog log;
  log.start(100);
  for (const std::int64_t time : {100, 200, 300, 400, 500}) log.expect(time);
  log.come_out(100, false);
  EXPECT_TRUE(log.is_clean());

  log.fail(200);
  log.come_out(400, false);  // 300 never came.

  EXPECT_FALSE(log.is_clean());
  EXPECT_FALSE(log.has_between(100, 199));
  EXPECT_TRUE(log.has_between(100, 200));
  EXPECT_TRUE(log.has_between(200, 399));
  EXPECT_FALSE(log.has_between(400, 600));
  log.end();
  EXPECT_TRUE(log.has_between(400, 500));
}

TEST(DamageLog, LeavesLeadingPicturesAndSecondFieldsAlone) {
  DamageLog log;
  log.start(100);

  log.fail(80);
  log.expect(120);
  log.come_out(140, true);

  EXPECT_TRUE(log.is_clean());
}

// A recording of a broadcast begins anywhere; what precedes its first key frame is no damage.
TEST(Damage, IsNotWhatPrecedesTheFirstKeyFrame) {
  const TempFolder folder;
  const auto whole = folder.path("whole.ts");
  make_clip(whole, pattern(160, 120, "25", 6) + kX264 + "-g 50");
  const auto clip = folder.path("clip.ts");
  output_of("tail -c +" + std::to_string(188 * 150 + 1) + " '" + whole.string() + "' > '" +
            clip.string() + "'");
  MemorySink sink;
  const Plan plan = plan_of(clip, sink);

  make_all(clip, plan, sink);

  std::int64_t damaged = 0;
  for (const auto& [name, seen] : sink.observations) damaged += seen.picture->damaged_frames;
  EXPECT_EQ(damaged, 0);
}

// How much frame `number` of the output differs from the one before it, in levels.
double change_at(const std::string& gray, std::size_t frame_bytes, std::size_t number) {
  double sum = 0;
  for (std::size_t i = 0; i < frame_bytes; ++i) {
    const auto level = [&](std::size_t frame) {
      return static_cast<unsigned char>(gray.at(frame * frame_bytes + i));
    };
    sum += std::abs(level(number) - level(number - 1));
  }
  return sum / static_cast<double>(frame_bytes);
}

TEST(Damage, ShowsTheLastGoodPicture) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(clip, pattern(160, 120, "25", 3) + kX264 + "-g 50");
  damage_packet(clip, 1.2, Wound::all);
  MemorySink sink;
  const Plan plan = plan_of(clip, sink);

  make_all(clip, plan, sink);

  const std::string rung = plan.video.back().name;
  join(plan, sink, rung, folder.path("v.mp4"));
  const std::string gray =
      output_of("ffmpeg -nostdin -v error -i '" + folder.path("v.mp4").string() +
                "' -f rawvideo -pix_fmt gray -");
  EXPECT_LT(change_at(gray, 160 * 120, 30), 0.3);
  EXPECT_GT(change_at(gray, 160 * 120, 29), 1);
  EXPECT_GT(change_at(gray, 160 * 120, 31), 1);
  EXPECT_EQ(sink.observations.at(rung + "/0").picture->damaged_frames, 1);
}

// Behind the codec: makes the file say of one packet that it is shown so much too late.
std::string late_time(int packet, double seconds, const std::string& container = "mp4") {
  const std::string on_time = "on-time." + container;
  return " " + on_time + " && ffmpeg -nostdin -v error -y -i " + on_time +
         " -c copy -bsf:v \"setts=pts=PTS+eq(N\\," + std::to_string(packet) + ")*" +
         std::to_string(seconds) + "/TB\"";
}

// One picture whose time is far too late: it is left out, and those behind it are shown in theirs.
TEST(Damage, ATimeFarTooLateHidesNothing) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(clip, pattern(160, 120, "25", 6) + kX264 + "-g 50" + late_time(30, 2.41));
  MemorySink sink;
  const Plan plan = plan_of(clip, sink);
  ASSERT_EQ(plan.frame_count, 150);

  make_all(clip, plan, sink);

  const std::string rung = plan.video.back().name;
  join(plan, sink, rung, folder.path("v.mp4"));
  const std::string gray =
      output_of("ffmpeg -nostdin -v error -i '" + folder.path("v.mp4").string() +
                "' -f rawvideo -pix_fmt gray -");
  for (std::size_t i = 1; i < 150; ++i) {
    if (i == 30)
      EXPECT_LT(change_at(gray, 160 * 120, i), 0.3);
    else
      EXPECT_GT(change_at(gray, 160 * 120, i), 0.8) << i;
  }
  EXPECT_EQ(sink.observations.at(rung + "/0").picture->damaged_frames, 1);
}

struct DamageRow {
  const char* name;
  const char* file;
  std::string codec;
  std::vector<double> broken_at;  // Packets, in seconds.
  std::int64_t at_least = 0;      // Damaged frames.
  std::int64_t at_most = 0;
  Wound wound = Wound::all;
};

void PrintTo(const DamageRow& row, std::ostream* out) { *out << row.name; }

class DamageTable : public ::testing::TestWithParam<DamageRow> {};

// The same bytes and the same counts whether decoding began at a segment or before it.
TEST_P(DamageTable, IsCountedByFrameAndTheSameHoweverSegmentsAreMade) {
  const DamageRow& row = GetParam();
  const TempFolder folder;
  const auto clip = folder.path(row.file);
  make_clip(clip, pattern(160, 120, "25", 10) + row.codec);
  for (const double seconds : row.broken_at) damage_packet(clip, seconds, row.wound);
  MemorySink together;
  const Plan plan = plan_of(clip, together);
  ASSERT_EQ(plan.segments.size(), 3U);

  make_all(clip, plan, together, 3);

  MemorySink alone;
  const std::string rung = plan.video.back().name;
  std::int64_t damaged = 0;
  for (const std::uint32_t number : {2U, 1U, 0U}) {
    const std::string name = rung + "/" + std::to_string(number);
    const auto made = run_on(clip, SegmentsTask{plan, {rung}, number, number}, alone);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_TRUE(alone.files.at(name + ".m4s") == together.files.at(name + ".m4s")) << name;
    EXPECT_EQ(nlohmann::json(alone.observations.at(name)).dump(),
              nlohmann::json(together.observations.at(name)).dump());
    EXPECT_EQ(made->at("damaged_frames"), alone.observations.at(name).picture->damaged_frames);
    damaged += alone.observations.at(name).picture->damaged_frames;
  }
  EXPECT_GE(damaged, row.at_least);
  EXPECT_LE(damaged, row.at_most);
  MemorySink pair;
  ASSERT_TRUE(run_on(clip, SegmentsTask{plan, {rung}, 1, 2}, pair));
  EXPECT_TRUE(pair.files.at(rung + "/2.m4s") == together.files.at(rung + "/2.m4s"));
}

constexpr const char* kH264Gop = "-c:v libx264 -preset veryfast -bf 2 -g 50 -pix_fmt yuv420p";
constexpr const char* kHevcGop =
    "-c:v libx265 -preset ultrafast -x265-params log-level=none:keyint=50:min-keyint=50 "
    "-pix_fmt yuv420p";

INSTANTIATE_TEST_SUITE_P(
    Table, DamageTable,
    ::testing::Values(
        DamageRow{"clean", "a.mp4", kH264Gop, {}, 0, 0},
        DamageRow{"clean_hevc", "a.mp4", kHevcGop, {}, 0, 0},
        DamageRow{"clean_open_gop",
                  "a.mp4",
                  "-c:v libx264 -preset veryfast -bf 3 -g 30 -x264-params open-gop=1 "
                  "-pix_fmt yuv420p",
                  {},
                  0,
                  0},
        // A screen recorder that pauses over the begin of a segment; the last picture may be one
        // that nothing refers to.
        DamageRow{"pause",
                  "a.mp4",
                  "-vf \"select='not(between(t,4.5,7.5))'\" -vsync vfr " + std::string(kH264Gop),
                  {},
                  0,
                  0},
        DamageRow{"pause_one_frame_later",
                  "a.mp4",
                  "-vf \"select='not(between(t,4.54,7.5))'\" -vsync vfr " + std::string(kH264Gop),
                  {},
                  0,
                  0},
        DamageRow{"pause_two_frames_later",
                  "a.mp4",
                  "-vf \"select='not(between(t,4.58,7.5))'\" -vsync vfr " + std::string(kH264Gop),
                  {},
                  0,
                  0},
        DamageRow{"inside_a_segment", "a.mp4", kH264Gop, {3.0, 3.4}, 2, 4},
        DamageRow{"key_frame_inside_a_segment", "a.mp4", kH264Gop, {4.0}, 1, 60},
        DamageRow{"key_frame_that_a_segment_begins_with", "a.mp4", kH264Gop, {2.0}, 1, 60},
        DamageRow{"frames_around_the_begin_of_a_segment",
                  "a.mp4",
                  kH264Gop,
                  {1.88, 1.92, 1.96, 2.0, 2.04, 2.08},
                  5,
                  60},
        DamageRow{"before_a_segment_in_its_gop",
                  "a.mp4",
                  "-c:v libx264 -preset veryfast -bf 2 -g 250 -pix_fmt yuv420p",
                  {1.0, 5.6},
                  1,
                  8},
        DamageRow{"the_last_frames", "a.mp4", kH264Gop, {9.92, 9.96}, 1, 3},
        DamageRow{"mpeg4_in_avi", "a.avi", "-c:v mpeg4 -bf 0 -g 50 -b:v 600k", {3.0, 3.4}, 1, 4},
        DamageRow{"concealed",
                  "a.mp4",
                  "-vf scale=320:240 -c:v libx264 -preset ultrafast -g 50 -pix_fmt yuv420p",
                  {3.0, 3.4, 4.0},
                  3,
                  3,
                  Wound::half},
        DamageRow{"hevc", "a.mp4", kHevcGop, {3.0, 3.4, 6.0}, 3, 60},
        DamageRow{"late_time", "a.mp4", kH264Gop + late_time(30, 6.01), {}, 1, 1},
        DamageRow{"late_time_of_a_key_frame", "a.mp4", kH264Gop + late_time(50, 6.01), {}, 1, 1},
        DamageRow{"late_time_behind_a_key_frame",
                  "a.mp4",
                  std::string(kH264Gop) + " -bf 0" + late_time(51, 6.01),
                  {},
                  1,
                  1},
        DamageRow{"late_time_before_a_key_frame",
                  "a.mp4",
                  std::string(kH264Gop) + " -bf 0" + late_time(49, 0.81),
                  {},
                  1,
                  1},
        DamageRow{"late_time_in_mkv",
                  "a.mkv",
                  std::string(kH264Gop) + " -bf 0" + late_time(98, 6.01, "mkv"),
                  {},
                  1,
                  1},
        DamageRow{"late_time_in_ts",
                  "a.ts",
                  std::string(kH264Gop) + " -bf 0" + late_time(98, 6.01, "ts"),
                  {},
                  1,
                  1},
        DamageRow{
            "late_time_in_one_long_gop",
            "a.mp4",
            "-c:v libx264 -preset veryfast -bf 2 -g 250 -pix_fmt yuv420p" + late_time(30, 6.01),
            {},
            1,
            1}));

}  // namespace
}  // namespace weike::media::test
