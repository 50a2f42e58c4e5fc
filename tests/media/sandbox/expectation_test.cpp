#include "media/sandbox/expectation.hpp"

#include "media/images/image_files.hpp"
#include "media/sandbox/check_plan.hpp"

#include <gtest/gtest.h>

namespace weike::media {
namespace {

Plan sound_plan() {
  Plan plan;
  plan.source_sha256 = "5a";
  plan.frame_rate = {30, 1};
  plan.frame_count = 180;
  plan.gop_frames = 60;
  plan.video = {{.name = "v360", .width = 640, .height = 360}};
  plan.audio = {{.name = "a128"}};
  plan.segments = {{0, 0, 60, 0, 94}, {1, 60, 120, 94, 188}};
  return plan;
}

struct BadPlan {
  const char* name;
  void (*spoil)(Plan&);
};
class CheckPlan : public ::testing::TestWithParam<BadPlan> {};

TEST(CheckPlan, SoundPlanPasses) { EXPECT_TRUE(check_plan(sound_plan(), {})); }

// A plan with a rung of each kind beside the ladder.
Plan full_plan() {
  auto plan = sound_plan();
  plan.copied = plan.background = plan.video[0];
  plan.copied->name = "v360-source";
  plan.copied->codecs = "avc1.64001f";
  plan.background->name = "v360-av1";
  plan.background->codec = VideoCodec::av1;
  plan.background->codecs = "av01.0.05M.08";
  return plan;
}

TEST(CheckPlan, RungsBesideTheLadderPass) { EXPECT_TRUE(check_plan(full_plan(), {})); }

TEST(CheckPlan, LastPictureMayBeHeldForTwoSeconds) {
  auto plan = sound_plan();
  plan.held_frames = 60;

  EXPECT_TRUE(check_plan(plan, {}));
  EXPECT_TRUE(check_plan(plan, {.max_duration_ms = 3'000})) << "which do not count as its length";
}

TEST_P(CheckPlan, RefusesWhatCannotBeWorkedBy) {
  auto plan = sound_plan();
  GetParam().spoil(plan);

  const auto checked = check_plan(plan, {});

  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, ErrorCode::corrupt);
}

INSTANTIATE_TEST_SUITE_P(
    Plans, CheckPlan,
    ::testing::Values(
        BadPlan{"no_rate", [](Plan& plan) { plan.frame_rate = {0, 0}; }},
        BadPlan{"negative_rate", [](Plan& plan) { plan.frame_rate = {-30, 1}; }},
        BadPlan{"fast_rate", [](Plan& plan) { plan.frame_rate = {1000, 1}; }},
        BadPlan{"no_frames", [](Plan& plan) { plan.frame_count = 0; }},
        BadPlan{"years_of_frames", [](Plan& plan) { plan.frame_count = 1LL << 40; }},
        BadPlan{"negative_held_frames", [](Plan& plan) { plan.held_frames = -1; }},
        BadPlan{"held_for_longer_than_two_seconds", [](Plan& plan) { plan.held_frames = 62; }},
        BadPlan{"nothing_but_held_frames",
                [](Plan& plan) {
                  plan.frame_count = plan.held_frames = 60;
                  plan.segments.pop_back();
                }},
        BadPlan{"held_frames_behind_a_copy",
                [](Plan& plan) {
                  plan.copied = plan.video[0];
                  plan.copied->name += "-source";
                  plan.held_frames = 1;
                }},
        BadPlan{"no_gop", [](Plan& plan) { plan.gop_frames = 0; }},
        BadPlan{"no_video", [](Plan& plan) { plan.video.clear(); }},
        BadPlan{"path_as_name", [](Plan& plan) { plan.video[0].name = "../x"; }},
        BadPlan{"same_name_twice", [](Plan& plan) { plan.video.push_back(plan.video[0]); }},
        BadPlan{"odd_size", [](Plan& plan) { plan.video[0].width = 641; }},
        BadPlan{"huge_size", [](Plan& plan) { plan.video[0].height = 1 << 20; }},
        BadPlan{"sound_named_as_video", [](Plan& plan) { plan.audio[0].name = "v128"; }},
        BadPlan{"tail_within_the_ladder", [](Plan& plan) { plan.video[0].name = "v360-av1"; }},
        BadPlan{"av1_within_the_ladder", [](Plan& plan) { plan.video[0].codec = VideoCodec::av1; }},
        BadPlan{"script_as_codecs", [](Plan& plan) { plan.video[0].codecs = "avc1\"<script>"; }},
        BadPlan{"long_codecs", [](Plan& plan) { plan.video[0].codecs.assign(33, 'a'); }},
        BadPlan{"digest_that_is_none", [](Plan& plan) { plan.video[0].init_sha256 = "../../etc"; }},
        BadPlan{"script_as_refusal", [](Plan& plan) { plan.copied_refused = "<b>"; }},
        BadPlan{"copy_of_another_rung",
                [](Plan& plan) {
                  plan.copied = plan.video[0];
                  plan.copied->name = "v720-source";
                }},
        BadPlan{"copy_of_another_size",
                [](Plan& plan) {
                  plan.copied = plan.video[0];
                  plan.copied->name += "-source";
                  plan.copied->width = 960;
                }},
        BadPlan{"copy_of_a_trimmed_source",
                [](Plan& plan) {
                  plan.copied = plan.video[0];
                  plan.copied->name += "-source";
                  plan.trim.in_ms = 500;
                }},
        BadPlan{"copy_with_absurd_delay",
                [](Plan& plan) {
                  plan.copied = plan.video[0];
                  plan.copied->name += "-source";
                  plan.copied->delay = 1 << 30;
                }},
        BadPlan{"background_of_no_rung",
                [](Plan& plan) {
                  plan.background = plan.video[0];
                  plan.background->name = "v480-av1";
                  plan.background->codec = VideoCodec::av1;
                }},
        BadPlan{"background_in_h264",
                [](Plan& plan) {
                  plan.background = plan.video[0];
                  plan.background->name += "-av1";
                }},
        BadPlan{"no_segments", [](Plan& plan) { plan.segments.clear(); }},
        BadPlan{"gap", [](Plan& plan) { plan.segments[1].first_frame = 61; }},
        BadPlan{"gap_in_the_sound", [](Plan& plan) { plan.segments[1].first_audio_frame = 95; }},
        BadPlan{"wrong_number", [](Plan& plan) { plan.segments[1].number = 7; }},
        BadPlan{"too_few_frames", [](Plan& plan) { plan.frame_count = 181; }}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Expectation, SegmentsAreTakenOnceAndOnlyThoseOfTheTask) {
  const Task task = SegmentsTask{sound_plan(), {"v360", "a128"}, 0, 1};
  Expectation expectation(task);

  EXPECT_TRUE(expectation.take_output("v360/0.m4s", 10));
  EXPECT_FALSE(expectation.take_output("v360/0.m4s", 10)) << "twice";
  EXPECT_FALSE(expectation.take_output("v360/2.m4s", 10)) << "not of this batch";
  EXPECT_FALSE(expectation.take_output("v360/01.m4s", 10));
  EXPECT_FALSE(expectation.take_output("a128/0.m4s", 0)) << "empty";
  EXPECT_FALSE(expectation.take_result("{}")) << "segments are missing";
}

TEST(Expectation, CountsOfABatchAreNumbersOfItsFrames) {
  const Task task = SegmentsTask{sound_plan(), {"v360"}, 1, 1};
  Expectation expectation(task);
  EXPECT_TRUE(expectation.take_output("v360/1.m4s", 10));

  EXPECT_TRUE(expectation.take_result(R"({"frames":120,"damaged_frames":120})"));
  EXPECT_TRUE(expectation.take_result(R"({"frames":0,"damaged_frames":0})"));
  for (const char* lie :
       {R"({})", R"({"frames":120})", R"({"frames":120,"damaged_frames":"many"})",
        R"({"frames":120,"damaged_frames":1.5})", R"({"frames":120,"damaged_frames":-1})",
        R"({"frames":120,"damaged_frames":121})", R"({"frames":null,"damaged_frames":0})",
        R"({"frames":18446744073709551615,"damaged_frames":0})",
        R"({"frames":[],"damaged_frames":0})"})
    EXPECT_FALSE(expectation.take_result(lie)) << lie;
}

TEST(Expectation, ProbeNeedsTheInitSegmentsOfItsPlan) {
  const Task task = ProbeTask{.source_sha256 = "5a", .limits = {}};
  const auto result =
      nlohmann::json{{"plan", sound_plan()}, {"verdict", nlohmann::json::object()}}.dump();
  Expectation expectation(task);

  EXPECT_FALSE(expectation.take_output("v360/0.m4s", 10));
  EXPECT_FALSE(expectation.take_output("v360/../init.mp4", 10));
  EXPECT_TRUE(expectation.take_output("v360/init.mp4", 10));
  EXPECT_FALSE(expectation.take_result(result)) << "the sound's init segment is missing";
  EXPECT_TRUE(expectation.take_output("a128/init.mp4", 10));
  EXPECT_TRUE(expectation.take_result(result));
}

TEST(Expectation, ProbeNeedsTheInitSegmentsOfAllKindsOfRungs) {
  const Task task = ProbeTask{.source_sha256 = "5a", .limits = {}};
  const auto result =
      nlohmann::json{{"plan", full_plan()}, {"verdict", nlohmann::json::object()}}.dump();
  Expectation expectation(task);

  for (const char* name : {"v360/init.mp4", "a128/init.mp4", "v360-source/init.mp4"})
    EXPECT_TRUE(expectation.take_output(name, 10));
  EXPECT_FALSE(expectation.take_result(result)) << "the background rung's init segment is missing";
  EXPECT_TRUE(expectation.take_output("v360-av1/init.mp4", 10));
  EXPECT_TRUE(expectation.take_result(result));
}

TEST(Expectation, PlanOfAnotherSourceIsRefused) {
  const Task task = ProbeTask{.source_sha256 = "00", .limits = {}};
  Expectation expectation(task);
  EXPECT_TRUE(expectation.take_output("v360/init.mp4", 10));
  EXPECT_TRUE(expectation.take_output("a128/init.mp4", 10));

  EXPECT_FALSE(expectation.take_result(nlohmann::json{{"plan", sound_plan()}}.dump()));
}

TEST(Expectation, PlaceholdersAreBase64OfPicturesAndNothingElse) {
  const Plan plan = sound_plan();
  const Task task = ImagesTask{plan};
  Expectation expectation(task);
  for (const auto& file : image_files(plan)) EXPECT_TRUE(expectation.take_output(file, 10)) << file;
  EXPECT_FALSE(expectation.take_output("storyboard_99.jpg", 10));

  const std::string good = "data:image/jpeg;base64,/9j+AA==";
  const auto take = [&](const std::string& last) {
    const auto placeholders = nlohmann::json::array({good, good, last});
    return expectation.take_result(nlohmann::json{{"placeholders", placeholders}}.dump());
  };
  EXPECT_TRUE(take(good));
  EXPECT_FALSE(take("data:image/jpeg;base64,\"><script>"));
  EXPECT_FALSE(take("javascript:alert(1)"));
  EXPECT_FALSE(take("data:image/jpeg;base64," + std::string(600, 'A')));
  EXPECT_FALSE(expectation.take_result(R"({"placeholders":["x"]})"));
}

TEST(Expectation, TakesNotesOnSegmentsThatAreAskedForAndOnlySoundOnes) {
  const Task task = SegmentsTask{sound_plan(), {"v360"}, 1, 1};
  const Expectation expectation(task);
  Observation seen;
  seen.picture.emplace();
  seen.picture->frames = 120;
  seen.picture->decoded_until_ms = 5967;
  seen.picture->black = {{2000, 2500}};
  const auto text = nlohmann::json(seen).dump();

  const auto taken = expectation.take_notes("v360/1", text);

  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_EQ(taken->number, 1U);
  EXPECT_EQ(taken->observation.picture->black, seen.picture->black);
  for (const char* name : {"v360/0", "v480/1", "v360/2", "../1", ""})
    EXPECT_FALSE(expectation.take_notes(name, text)) << name;
  seen.picture->frames = 1'000'000'000;
  for (const std::string& lie : {nlohmann::json(seen).dump(), std::string("[]"), std::string("{")})
    EXPECT_FALSE(expectation.take_notes("v360/1", lie)) << lie;
}

}  // namespace
}  // namespace weike::media
