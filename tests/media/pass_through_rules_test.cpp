#include "media/plan/pass_through.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <ostream>
#include <utility>
#include <vector>

// The rules of pass-through as a function of facts; sources for most of them:
// pass_through_test.cpp.
namespace weike::media::test {
namespace {

// Facts of a source that conforms, without a file.
SourceFacts conforming_facts(std::int64_t frames, std::int64_t gop) {
  SourceFacts facts;
  facts.container = "mp4";
  facts.video.codec = "h264";
  facts.video.width = 640;
  facts.video.height = 480;
  facts.video.rate = {{25, 1}, true};
  facts.video.end_us = frames * 40'000;
  CodedStream& stream = facts.video.coded.emplace();
  stream.sets = {{std::byte{0x67}, std::byte{0x64}, std::byte{0}, std::byte{0x1f}},
                 {std::byte{0x68}}};
  stream.sequence = {.profile = 100, .level = 31, .width = 640, .height = 480};
  stream.sequence.primaries = stream.sequence.transfer = stream.sequence.matrix = 1;
  for (std::int64_t i = 0; i < frames; ++i)
    stream.pictures.push_back({i * 40'000, 4'000, i % gop == 0, false});
  return facts;
}

Plan plan_for(const SourceFacts& facts) {
  Plan plan;
  plan.frame_rate = {25, 1};
  plan.frame_count = facts.video.end_us / 40'000;
  plan.video = {{.name = "v480", .width = 640, .height = 480, .max_kbps = 1200},
                {.name = "v360", .width = 480, .height = 360}};
  consider_copy(facts, {}, plan);
  return plan;
}

struct SpoiltRow {
  const char* reason;
  const char* name;
  std::function<void(SourceFacts&, CodedStream&)> spoil;
};
void PrintTo(const SpoiltRow& row, std::ostream* out) { *out << row.name; }
class SpoiltFacts : public ::testing::TestWithParam<SpoiltRow> {};

TEST(PassThrough, FactsOfAConformingSourcePass) {
  const Plan plan = plan_for(conforming_facts(250, 50));
  EXPECT_TRUE(plan.copied) << plan.copied_refused;
}

TEST_P(SpoiltFacts, RefuseTheCopy) {
  SourceFacts facts = conforming_facts(250, 50);
  GetParam().spoil(facts, *facts.video.coded);

  const Plan plan = plan_for(facts);

  EXPECT_FALSE(plan.copied);
  EXPECT_EQ(plan.copied_refused, GetParam().reason);
}

using Stream = CodedStream;
INSTANTIATE_TEST_SUITE_P(
    Rules, SpoiltFacts,
    ::testing::Values(
        SpoiltRow{"damaged", "cut_short",
                  [](SourceFacts& facts, Stream&) { facts.is_cut_short = true; }},
        SpoiltRow{"colour", "hlg",
                  [](SourceFacts& facts, Stream&) { facts.video.tone_curve = ToneCurve::hlg; }},
        SpoiltRow{"profile", "plain_baseline",
                  [](SourceFacts&, Stream& stream) { stream.sequence.profile = 66; }},
        SpoiltRow{"interlaced", "fields_possible",
                  [](SourceFacts&, Stream& stream) { stream.sequence.has_frames_only = false; }},
        SpoiltRow{"bit_stream", "odd_units",
                  [](SourceFacts&, Stream& stream) { stream.has_odd_units = true; }},
        SpoiltRow{"frame_rate", "two_at_one_time",
                  [](SourceFacts&, Stream& stream) { stream.pictures[7].shown_us = 240'000; }},
        SpoiltRow{"frame_rate", "jitter_of_2_ms",
                  [](SourceFacts&, Stream& stream) { stream.pictures[7].shown_us += 2'000; }},
        SpoiltRow{"open_gop", "leading_picture_of_the_gop_before",
                  [](SourceFacts&, Stream& stream) {
                    std::swap(stream.pictures[49].shown_us, stream.pictures[50].shown_us);
                  }},
        SpoiltRow{"open_gop", "recovery_points_only",
                  [](SourceFacts&, Stream& stream) {
                    for (std::size_t i = 1; i < stream.pictures.size(); ++i)
                      stream.pictures[i].is_recovery_point =
                          std::exchange(stream.pictures[i].is_idr, false);
                  }},
        SpoiltRow{"open_gop", "begins_without_idr",
                  [](SourceFacts&, Stream& stream) { stream.pictures[0].is_idr = false; }},
        SpoiltRow{"bit_rate", "one_busy_second",
                  [](SourceFacts&, Stream& stream) {
                    for (std::size_t i = 50; i < 75; ++i) stream.pictures[i].bytes = 13'000;
                  }},
        SpoiltRow{"reordering", "absurd_depth",
                  [](SourceFacts&, Stream& stream) {
                    // The second picture is decoded last of its GOP.
                    for (std::int64_t i = 1; i < 50; ++i)
                      stream.pictures[static_cast<std::size_t>(i)].shown_us =
                          (i == 49 ? 1 : i + 1) * 40'000;
                  }}),
    [](const auto& row) { return std::string(row.param.name); });

struct CutRow {
  const char* name;
  std::vector<std::int64_t> keys;  // At 10 frames a second.
  std::int64_t frames;
  std::vector<std::int64_t> starts;
};
void PrintTo(const CutRow& row, std::ostream* out) { *out << row.name; }
class CutsAtKeys : public ::testing::TestWithParam<CutRow> {};

TEST_P(CutsAtKeys, AreTwoToSixSecondsApart) {
  const auto segments = cut_segments_at(GetParam().keys, GetParam().frames, {10, 1}, true);

  std::vector<std::int64_t> starts;
  std::int64_t end = 0;
  for (const Segment& segment : segments) {
    starts.push_back(segment.first_frame);
    EXPECT_EQ(segment.first_frame, end);
    EXPECT_LE(segment.frame_count, 60);
    end += segment.frame_count;
  }
  EXPECT_EQ(starts, GetParam().starts);
  EXPECT_EQ(end, GetParam().frames);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, CutsAtKeys,
    ::testing::Values(CutRow{"every_second",
                             {0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130, 140},
                             150,
                             {0, 20, 60, 100}},
                      CutRow{"every_four_seconds", {0, 40, 80, 120}, 150, {0, 40, 80, 120}},
                      CutRow{"every_three_seconds", {0, 30, 60, 90, 120}, 150, {0, 30, 60, 90}},
                      CutRow{
                          "key_right_after_the_first", {0, 2, 42, 60, 82, 100}, 110, {0, 42, 82}},
                      CutRow{"one_short_gop", {0}, 25, {0}},
                      CutRow{"short_rest", {0, 20, 40, 60, 79}, 80, {0, 20}}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace weike::media::test
