#include "media/plan/avc_level.hpp"
#include "media/plan/frame_rate.hpp"
#include "media/plan/ladder.hpp"
#include "media/plan/make_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weike::media {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> described(const std::vector<VideoRung>& rungs) {
  std::vector<std::string> rows;
  for (const VideoRung& rung : rungs)
    rows.push_back(rung.name + " " + std::to_string(rung.width) + "x" +
                   std::to_string(rung.height) + " crf" + std::to_string(rung.crf) + " " +
                   std::to_string(rung.max_kbps));
  return rows;
}

TEST(Ladder, FollowsTheShortSide) {
  EXPECT_THAT(described(make_ladder({1920, 1080})),
              ElementsAre("v1080 1920x1080 crf25 4500", "v720 1280x720 crf24 2500",
                          "v480 854x480 crf23 1200", "v360 640x360 crf23 700"));
  EXPECT_THAT(described(make_ladder({3840, 2160})).front(), "v1080 1920x1080 crf25 4500");
  EXPECT_THAT(
      described(make_ladder({720, 1280})),
      ElementsAre("v720 720x1280 crf24 2500", "v480 480x854 crf23 1200", "v360 360x640 crf23 700"));
  EXPECT_THAT(described(make_ladder({1600, 900})),
              ElementsAre("v900 1600x900 crf24 3400", "v720 1280x720 crf24 2500",
                          "v480 854x480 crf23 1200", "v360 640x360 crf23 700"));
  EXPECT_THAT(
      described(make_ladder({800, 600})),
      ElementsAre("v600 800x600 crf23 1785", "v480 640x480 crf23 1200", "v360 480x360 crf23 700"));
  EXPECT_THAT(described(make_ladder({640, 480})),
              ElementsAre("v480 640x480 crf23 1200", "v360 480x360 crf23 700"));
  EXPECT_THAT(described(make_ladder({768, 432})),
              ElementsAre("v432 768x432 crf23 700", "v360 640x360 crf23 700"));
}

TEST(Ladder, NeverScalesUpAndKeepsSizesEven) {
  EXPECT_THAT(described(make_ladder({639, 359})), ElementsAre("v358 638x358 crf23 692"));
  EXPECT_THAT(described(make_ladder({320, 240})), ElementsAre("v240 320x240 crf23 311"));
  // Longer than 8:3: the long side is held, the short one gives way.
  EXPECT_THAT(described(make_ladder({3000, 1080})).front(), "v1080 2880x1036 crf25 4500");
}

TEST(Ladder, StretchesAnamorphicAndTurnsPortrait) {
  const ShownSize dv = shown_size(720, 576, {64, 45}, {});
  EXPECT_NEAR(dv.width, 1024, 0.01);
  EXPECT_EQ(dv.height, 576);
  const ShownSize phone = shown_size(1280, 720, {1, 1}, {1, false});
  EXPECT_EQ(phone.width, 720);
  EXPECT_EQ(phone.height, 1280);
}

std::vector<std::int64_t> steady(double fps, int count) {
  std::vector<std::int64_t> times;
  for (int i = 0; i < count; ++i) times.push_back(static_cast<std::int64_t>(i * 1e6 / fps));
  return times;
}

TEST(FrameRate, IsMeasuredFromTheFrames) {
  EXPECT_EQ(measure_rate(steady(30000.0 / 1001, 100)).fps, (Rational{30000, 1001}));
  EXPECT_EQ(measure_rate(steady(25, 100)).fps, (Rational{25, 1}));
  EXPECT_EQ(measure_rate(steady(17.5, 100)).fps, (Rational{35, 2}));
  EXPECT_TRUE(measure_rate(steady(25, 100)).is_constant);

  auto phone = steady(30, 300);
  for (std::size_t i = 0; i < phone.size(); ++i) phone[i] += i % 3 == 0 ? 3'000 : 0;
  EXPECT_EQ(measure_rate(phone).fps, (Rational{30, 1}));
  EXPECT_FALSE(measure_rate(phone).is_constant);

  auto recorder = steady(30, 60);  // A pause of ten seconds in the middle.
  for (std::size_t i = 30; i < recorder.size(); ++i) recorder[i] += 10'000'000;
  EXPECT_EQ(measure_rate(recorder).fps, (Rational{30, 1}));
}

TEST(FrameRate, OfTheOutputStaysBetweenTenAndThirty) {
  struct Row {
    Rational source;
    Rational output;
  };
  const Row rows[] = {
      {{30000, 1001}, {30000, 1001}},
      {{24000, 1001}, {24000, 1001}},
      {{25, 1}, {25, 1}},
      {{30, 1}, {30, 1}},
      {{50, 1}, {25, 1}},
      {{60, 1}, {30, 1}},
      {{60000, 1001}, {30000, 1001}},
      {{48, 1}, {24, 1}},
      {{240, 1}, {30, 1}},
      {{40, 1}, {30, 1}},
      {{1, 1}, {10, 1}},
      {{4, 1}, {12, 1}},
      {{5, 1}, {5, 1}},
      {{1, 10}, {10, 1}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.source.value());
    EXPECT_EQ(output_rate({row.source, true}), row.output);
  }
}

std::vector<std::int64_t> frame_counts(const std::vector<Segment>& segments) {
  std::vector<std::int64_t> counts;
  for (const Segment& segment : segments) counts.push_back(segment.frame_count);
  return counts;
}

TEST(Segments, AreOneGopThenTwoAndALastOfOneToThree) {
  const auto cut = [](std::int64_t frames) {
    return frame_counts(cut_segments(frames, 50, {25, 1}, false));
  };
  EXPECT_THAT(cut(1), ElementsAre(1));
  EXPECT_THAT(cut(50), ElementsAre(50));
  EXPECT_THAT(cut(99), ElementsAre(99));
  EXPECT_THAT(cut(100), ElementsAre(50, 50));
  EXPECT_THAT(cut(150), ElementsAre(50, 100));
  EXPECT_THAT(cut(199), ElementsAre(50, 149));
  EXPECT_THAT(cut(200), ElementsAre(50, 100, 50));
  EXPECT_THAT(cut(275), ElementsAre(50, 100, 125));
}

TEST(Segments, CutSoundAtTheNearestAacFrame) {
  const auto segments = cut_segments(600, 60, {30000, 1001}, true);
  std::int64_t expected = 0;
  for (const Segment& segment : segments) {
    EXPECT_EQ(segment.first_audio_frame, expected);
    const double picture = static_cast<double>(segment.first_frame) * 1001 / 30000;
    const double sound = static_cast<double>(segment.first_audio_frame) * 1024 / 48000;
    EXPECT_NEAR(picture, sound, 512.0 / 48000 + 1e-9);
    expected += segment.audio_frame_count;
  }
}

TEST(AvcLevel, IsTheLowestThatHolds) {
  EXPECT_EQ(avc_level({"v1080", 1920, 1080, 25, 4500}, {30, 1}), 40);
  EXPECT_EQ(avc_level({"v720", 1280, 720, 24, 2500}, {30, 1}), 31);
  EXPECT_EQ(avc_level({"v480", 854, 480, 23, 1200}, {30, 1}), 31);
  EXPECT_EQ(avc_level({"v480", 854, 480, 23, 1200}, {25, 1}), 30);
  EXPECT_EQ(avc_level({"v360", 640, 360, 23, 700}, {30, 1}), 30);
}

TEST(Plan, SurvivesJson) {
  SourceFacts facts;
  facts.video = {0,     "hevc", 1280,   720,        {1, 1},         {1, false}, ToneCurve::hlg,
                 false, 0,      40'000, 10'040'000, {{30, 1}, true}};
  facts.audio = AudioFacts{1, "aac", 1, 44'100, 20'000};
  const auto plan = make_plan(facts, ProbeTask{"abc", Limits{}});
  ASSERT_TRUE(plan);

  const nlohmann::json once = *plan;
  const nlohmann::json twice = once.get<Plan>();

  EXPECT_EQ(once, twice);
  EXPECT_EQ(once["tone_curve"], "hlg");
  EXPECT_EQ(plan->duration_ms(), 10'000U);
  EXPECT_EQ(plan->audio_start_us, -20'000);
}

struct HeldRow {
  Trim trim;
  std::int64_t frames;  // Of 25 a second; 0: too short.
  std::int64_t held;
};

// Two seconds of pictures, three of sound.
TEST(Plan, HoldsTheLastPictureWithinTheTrim) {
  SourceFacts facts;
  facts.video.width = 640;
  facts.video.height = 480;
  facts.video.first_us = 100'000;
  facts.video.end_us = 2'100'000;
  facts.video.rate = {{25, 1}, true};
  for (int i = 0; i < 50; ++i) facts.video.frames_us.push_back(100'000 + i * 40'000);
  facts.audio = AudioFacts{1, "aac", 2, 48'000, 100'000, 3'100'000};
  const HeldRow rows[] = {
      {{0, 0}, 75, 25},         {{0, 3'000}, 75, 25},   {{500, 3'000}, 62, 25},
      {{500, 0}, 62, 25},       {{0, 9'000}, 75, 25},   {{0, 2'400}, 60, 10},
      {{0, 2'000}, 50, 0},      {{0, 1'600}, 40, 0},    {{1'500, 3'000}, 37, 25},
      {{2'000, 3'000}, 25, 24}, {{2'200, 3'000}, 0, 0}, {{2'500, 2'000}, 0, 0},
  };
  for (const HeldRow& row : rows) {
    SCOPED_TRACE(std::to_string(row.trim.in_ms) + " to " + std::to_string(row.trim.out_ms));
    ProbeTask task{"abc", Limits{}};
    task.trim = row.trim;

    const auto plan = make_plan(facts, task);

    if (row.frames == 0) {
      ASSERT_FALSE(plan);
      EXPECT_EQ(plan.error().reason, "too_short");
      continue;
    }
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_NEAR(static_cast<double>(plan->frame_count), static_cast<double>(row.frames), 1);
    EXPECT_EQ(plan->held_frames, row.held);
  }
}

TEST(Task, SurvivesJson) {
  Plan plan;
  plan.frame_rate = {25, 1};
  for (const Task& task :
       {Task(ProbeTask{"abc", {}}), Task(SegmentsTask{plan, {"v360", "a128"}, 3, 5}),
        Task(ImagesTask{plan})}) {
    const nlohmann::json once = task;
    const nlohmann::json twice = once.get<Task>();
    EXPECT_EQ(once, twice);
  }
  const nlohmann::json json = Task(SegmentsTask{plan, {"v360", "a128"}, 0, 0, {"a128"}});
  EXPECT_EQ(json.at("ahead"), nlohmann::json::array({"a128"}));
}

}  // namespace
}  // namespace weike::media
