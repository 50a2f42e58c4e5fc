#include "tests/media/clips.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// A segment's bytes depend on the source, the plan and its number, and on nothing else.
namespace weike::media::test {
namespace {

class Determinism : public ::testing::TestWithParam<const char*> {};

TEST_P(Determinism, SegmentsAreTheSameHoweverTheyAreMade) {
  const TempFolder folder;
  const auto clip = folder.path(std::string("clip.") + std::string(GetParam()).substr(0, 3));
  const std::string codecs =
      std::string(GetParam()) == "mkv"
          ? "-c:v libvpx -deadline realtime -cpu-used 8 -b:v 500k -g 70 -c:a libopus"
          : "-c:v libx264 -preset veryfast -g 70 -bf 3 -x264-params open-gop=1 -c:a aac -b:a 96k";
  make_clip(clip, pattern(640, 480, "10", 10) + tone(10) + codecs + " -pix_fmt yuv420p -shortest");
  MemorySink together;
  const Plan plan = plan_of(clip, together);
  ASSERT_EQ(plan.segments.size(), 3U);
  ASSERT_EQ(plan.video.size(), 2U);

  make_all(clip, plan, together, 3);

  MemorySink alone;
  for (const char* rendition : {"v360", "v480", "a64", "a128"}) {
    for (std::uint32_t number : {2U, 0U, 1U}) {
      const auto made = run_on(clip, SegmentsTask{plan, {rendition}, number, number}, alone);
      ASSERT_TRUE(made) << made.error().message;
    }
  }
  ASSERT_EQ(alone.files.size(), 12U);
  for (const auto& [name, bytes] : alone.files)
    EXPECT_TRUE(together.files.at(name) == bytes) << name;
}

INSTANTIATE_TEST_SUITE_P(Containers, Determinism, ::testing::Values("mp4", "mkv", "ts"));

// Each segment alone, in a batch of two and in one of four.
void expect_the_same_in_all_batches(const std::filesystem::path& clip, const Plan& plan) {
  ASSERT_GE(plan.segments.size(), 4U);
  MemorySink alone;
  make_all(clip, plan, alone, 1);
  for (const std::uint32_t batch : {2U, 4U}) {
    MemorySink together;
    make_all(clip, plan, together, batch);
    ASSERT_EQ(together.files.size(), alone.files.size());
    for (const auto& [name, bytes] : alone.files)
      EXPECT_TRUE(together.files.at(name) == bytes) << name << " in a batch of " << batch;
  }
}

struct InterlacedRow {
  const char* name;
  const char* file;
  const char* codec;
};

void PrintTo(const InterlacedRow& row, std::ostream* out) { *out << row.name; }

class InterlacedDeterminism : public ::testing::TestWithParam<InterlacedRow> {};

// The deinterlacer looks at pictures before and behind.
TEST_P(InterlacedDeterminism, HoldsWhateverTheBatch) {
  const TempFolder folder;
  const auto clip = folder.path(GetParam().file);
  make_clip(clip, pattern(320, 240, "50", 13) + "-vf tinterlace=interleave_top,setfield=tff " +
                      GetParam().codec);
  MemorySink sink;
  const Plan plan = plan_of(clip, sink);
  ASSERT_TRUE(plan.is_interlaced);

  expect_the_same_in_all_batches(clip, plan);
}

INSTANTIATE_TEST_SUITE_P(
    Codecs, InterlacedDeterminism,
    ::testing::Values(InterlacedRow{"h264", "clip.mp4",
                                    "-c:v libx264 -preset veryfast -g 70 -bf 2 -flags +ilme+ildct "
                                    "-x264-params tff=1 -pix_fmt yuv420p"},
                      InterlacedRow{"mpeg2", "clip.ts",
                                    "-c:v mpeg2video -flags +ilme+ildct -g 15 -bf 2 -b:v 3M"},
                      InterlacedRow{"mpeg2_program_stream", "clip.mpg",
                                    "-c:v mpeg2video -flags +ilme+ildct -g 15 -bf 2 -b:v 3M"}));

// A batch ends where the source begins anew.
TEST(ClosedGroupsDeterminism, HoldsWhateverTheBatch) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(clip, pattern(320, 240, "25", 13) + tone(13) +
                      "-c:v libx264 -preset veryfast -g 50 -bf 3 -pix_fmt yuv420p -c:a aac");
  MemorySink sink;
  const Plan plan = plan_of(clip, sink);

  expect_the_same_in_all_batches(clip, plan);
}

// A slide goes on over the ends of segments, with a pointer and a slow fade now and then.
TEST(SlidesDeterminism, HoldsWhateverTheBatch) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(
      clip,
      "-filter_complex \"testsrc2=s=640x480:r=30,trim=end_frame=1,loop=419:1:0,setpts=N/30/TB,"
      "fade=t=out:st=11.5:d=2[a];color=white:s=8x8:r=30[p];"
      "[a][p]overlay=x='100+4*min(mod(n\\,130)\\,30)':y=200:shortest=1\" "
      "-c:v libx264 -preset veryfast -crf 12 -g 100 -pix_fmt yuv420p");
  MemorySink sink;
  Plan plan = plan_of(clip, sink);
  plan.skips_stills = true;

  expect_the_same_in_all_batches(clip, plan);
}

TEST(SegmentsTask, GivesAllRenditionsOfASegmentBeforeTheNext) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(clip, pattern(480, 360, "10", 5) + tone(5) +
                      "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac -shortest");
  MemorySink sink;
  const Plan plan = plan_of(clip, sink);
  sink.order.clear();

  const auto made = run_on(clip, SegmentsTask{plan, {"v360", "a128"}, 0, 1}, sink);

  ASSERT_TRUE(made);
  EXPECT_THAT(sink.order,
              ::testing::ElementsAre("v360/0.m4s", "a128/0.m4s", "v360/1.m4s", "a128/1.m4s"));
  EXPECT_EQ(made->at("frames"), plan.frame_count);
  EXPECT_EQ(made->at("damaged_frames"), 0);
}

TEST(SegmentsTask, RefusesAnEncoderThatDiffersFromThePlan) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(clip, pattern(160, 120, "10", 2) + "-c:v libx264 -preset ultrafast -pix_fmt yuv420p");
  MemorySink sink;
  Plan plan = plan_of(clip, sink);
  plan.video.front().init_sha256[0] ^= 1;

  const auto made = run_on(clip, SegmentsTask{plan, {plan.video.front().name}, 0, 0}, sink);

  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().reason, "plan_mismatch");
}

TEST(SegmentsTask, RefusesWhatThePlanDoesNotHave) {
  MemorySink sink;
  Plan plan;
  for (const auto& renditions : {std::vector<std::string>{"v999"}, std::vector<std::string>{}}) {
    const auto made = run_on("/dev/null", SegmentsTask{plan, renditions, 0, 0}, sink);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::invalid_argument);
  }
}

class StoppingSink final : public OutputSink {
 public:
  explicit StoppingSink(TaskControl& control) : control_(control) {}
  Result<> put(const std::string&, std::span<const std::byte>) override {
    ++puts;
    control_.stop = true;
    return {};
  }
  void progress(std::int64_t, std::int64_t) override {}
  int puts = 0;

 private:
  TaskControl& control_;
};

TEST(InProcessWorker, StopsWhenItsOwnerAsks) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(clip, pattern(160, 120, "10", 5) + "-c:v libx264 -preset ultrafast -pix_fmt yuv420p");
  MemorySink init;
  const Plan plan = plan_of(clip, init);
  TaskControl control;
  StoppingSink sink(control);
  const File file(clip);

  const auto made = InProcessWorker().run(
      file.descriptor(), SegmentsTask{plan, {plan.video.front().name}, 0, 1}, sink, control);

  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().reason, "cancelled");
  EXPECT_EQ(sink.puts, 1);
}

}  // namespace
}  // namespace weike::media::test
