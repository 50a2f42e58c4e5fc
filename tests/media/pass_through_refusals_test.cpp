#include "tests/media/pass_through_clips.hpp"

#include <gtest/gtest.h>

#include <ostream>

// Sources that look fit to be handed on as they are, and one rule forbids it.
namespace weike::media::test {
namespace {

struct RefusedRow {
  const char* reason;
  const char* name;
  std::string arguments;
  const char* file = "clip.mp4";
};
void PrintTo(const RefusedRow& row, std::ostream* out) { *out << row.name; }
class RefusedSource : public ::testing::TestWithParam<RefusedRow> {};

TEST_P(RefusedSource, IsEncodedAndThePlanSaysWhy) {
  const TempFolder folder;
  const auto clip = folder.path(GetParam().file);
  make_clip(clip, GetParam().arguments);
  MemorySink sink;

  const Plan plan = plan_of(clip, sink);

  EXPECT_FALSE(plan.copied);
  EXPECT_EQ(plan.copied_refused, GetParam().reason);
  EXPECT_FALSE(plan.find_video(plan.video.front().name + "-source"));
}

std::string picture(const std::string& size = "640x480", const std::string& rate = "25") {
  return " -f lavfi -i testsrc2=size=" + size + ":rate=" + rate + ":duration=6 ";
}
std::string with(const std::string& more, const std::string& input = picture()) {
  return input + kX264 + kTwoSecondGops + kTags + more + " ";
}

INSTANTIATE_TEST_SUITE_P(
    Rules, RefusedSource,
    ::testing::Values(
        RefusedRow{"sample_aspect", "anamorphic", with("-vf setsar=4/3")},
        RefusedRow{"pixel_format", "ten_bits", with("-pix_fmt yuv420p10le")},
        RefusedRow{"pixel_format", "full_chroma", with("-pix_fmt yuv444p")},
        RefusedRow{"interlaced", "interlaced", with("-flags +ildct+ilme -x264-params tff=1")},
        RefusedRow{"level", "level_5", with("-level 5.0")},
        RefusedRow{"colour", "bt601", with("-colorspace smpte170m -color_primaries smpte170m")},
        RefusedRow{"colour", "full_range", with("-vf scale=out_range=full -color_range pc")},
        RefusedRow{"colour", "untold_below_hd",
                   picture() + kX264 + kTwoSecondGops + "-pix_fmt yuv420p "},
        RefusedRow{"size", "between_rungs", with("", picture("660x500"))},
        RefusedRow{"only_rung", "tiny", with("", picture("320x240"))},
        RefusedRow{"codec", "mpeg4", picture() + "-c:v mpeg4 -b:v 1M "},
        RefusedRow{"container", "matroska", with(""), "clip.mkv"},
        RefusedRow{"frame_rate", "sixty", with("-g 120", picture("640x480", "60"))},
        RefusedRow{"frame_rate", "varying",
                   with("-vf select='not(eq(mod(n\\,7)\\,3))' -fps_mode vfr")},
        RefusedRow{"frame_rate", "slow", with("-g 4", picture("640x480", "2"))},
        RefusedRow{"open_gop", "open", with("-x264-params open-gop=1")},
        RefusedRow{"long_gop", "long", with("-g 999")},
        RefusedRow{"bit_rate", "rich", with("-crf 4")}),
    [](const auto& row) { return std::string(row.param.name); });

// Why a clip is refused that ffmpeg copied with `how` out of a conforming one.
std::string refusal_of_copied(int seconds, const std::string& how) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(folder.path("whole.mp4"), conforming(seconds));
  make_clip(clip, how);
  MemorySink sink;
  return plan_of(clip, sink).copied_refused;
}

TEST(PassThrough, TurnedPicturesRefuseTheCopy) {
  EXPECT_EQ(refusal_of_copied(3, "-i whole.mp4 -c copy -metadata:s:v rotate=90"), "rotation");
}

TEST(PassThrough, HiddenFramesRefuseTheCopy) {
  EXPECT_EQ(refusal_of_copied(6, "-ss 1.2 -i whole.mp4 -c copy"), "edit_list");
}

TEST(PassThrough, ParameterSetsThatChangeRefuseTheCopy) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  // Without B-frames a raw stream needs no times.
  make_clip(folder.path("a.h264"), conforming(3) + "-bf 0 -refs 1 ");
  make_clip(folder.path("b.h264"), conforming(3) + "-bf 0 -refs 3 -coder 0 ");
  output_of("cd '" + folder.path("").string() + "' && cat a.h264 b.h264 > both.h264");
  make_clip(clip, "-r 25 -i both.h264 -c copy");
  MemorySink sink;

  EXPECT_EQ(plan_of(clip, sink).copied_refused, "parameter_sets");
}

TEST(PassThrough, TrimmedLessonsAndOperatorsMayRefuseIt) {
  const TempFolder folder;
  const auto clip = folder.path("clip.mp4");
  make_clip(clip, conforming(6));
  ProbeTask trimmed{"source", Limits{}};
  trimmed.trim = {1'000, 5'000};
  ProbeTask switched_off{"source", Limits{}};
  switched_off.options.may_copy = false;
  MemorySink sink;
  const auto refusal_of = [&](const ProbeTask& task) {
    const auto result = run_on(clip, task, sink);
    if (!result) return result.error().message;
    return result->at("verdict").at("plan").at("copied_refused").get<std::string>();
  };

  EXPECT_EQ(refusal_of(trimmed), "trimmed");
  EXPECT_EQ(refusal_of(switched_off), "switched_off");
}

}  // namespace
}  // namespace weike::media::test
