#include "server/jobs/content_sheet.hpp"

#include "tests/server/jobs/fake_worker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace weike::server {
namespace {

using media::Borders;
using media::TimeSpan;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Spans = std::vector<TimeSpan>;

// The weighted mean square that BS.1770 calls `lufs`.
float energy_of(double lufs) { return static_cast<float>(std::pow(10.0, (lufs + 0.691) / 10)); }

std::vector<float> tenths(double lufs, std::size_t count) {
  return std::vector<float>(count, energy_of(lufs));
}

std::vector<float> joined(std::vector<float> first, const std::vector<float>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

TEST(JoinSpans, Rows) {
  struct Row {
    const char* what;
    Spans spans;
    Spans joined;
  };
  const std::vector<Row> rows{
      {"nothing", {}, {}},
      {"too short", {{0, 999}}, {}},
      {"just long enough", {{0, 1000}}, {{0, 1000}}},
      {"goes on over a border", {{1500, 2000}, {2000, 2600}}, {{1500, 2600}}},
      {"a frame at 10 fps between", {{0, 600}, {700, 1100}}, {{0, 1100}}},
      {"a gap", {{0, 1000}, {1101, 2101}}, {{0, 1000}, {1101, 2101}}},
      {"out of order", {{5000, 6000}, {0, 1000}}, {{0, 1000}, {5000, 6000}}},
      {"one within another", {{0, 3000}, {1000, 2000}}, {{0, 3000}}},
  };
  for (const auto& row : rows) EXPECT_EQ(join_spans(row.spans, 1000), row.joined) << row.what;
}

TEST(JoinSpans, KeepsTheLongestInOrderWhenThereAreVeryMany) {
  Spans spans;
  for (std::int64_t i = 0; i < 500; ++i) {
    const std::int64_t length = i % 2 == 0 ? 1000 : 2000;
    spans.push_back({i * 5000, i * 5000 + length});
  }

  const auto kept = join_spans(spans, 1000);

  ASSERT_EQ(kept.size(), 200U);
  EXPECT_EQ(kept.front(), (TimeSpan{5000, 7000}));
  EXPECT_TRUE(std::is_sorted(kept.begin(), kept.end(), [](const TimeSpan& a, const TimeSpan& b) {
    return a.from_ms < b.from_ms;
  }));
}

TEST(IntegratedLoudness, Rows) {
  struct Row {
    const char* what;
    std::vector<float> energies;
    std::optional<double> lufs;
  };
  const std::vector<Row> rows{
      {"nothing", {}, std::nullopt},
      {"shorter than a block", tenths(-20, 3), std::nullopt},
      {"digital silence", std::vector<float>(100, 0.0F), std::nullopt},
      {"below the absolute gate", tenths(-71, 100), std::nullopt},
      {"steady", tenths(-16, 100), -16.0},
      // What is more than 10 LU below the ungated mean does not count ...
      {"pauses", joined(tenths(-16, 1000), tenths(-50, 1000)), -16.0},
      // ... what is less far below does: the mean of -16 and -20 in energy.
      {"softer parts", joined(tenths(-16, 1000), tenths(-20, 1000)), -17.55},
  };
  for (const auto& row : rows) {
    const auto lufs = integrated_lufs(row.energies);
    ASSERT_EQ(lufs.has_value(), row.lufs.has_value()) << row.what;
    if (lufs) {
      EXPECT_NEAR(*lufs, *row.lufs, 0.05) << row.what;
    }
  }
}

TEST(CommonBorders, Rows) {
  const Borders boxed{0, 125, 0, 125};
  struct Row {
    const char* what;
    std::vector<Borders> pictures;
    std::optional<Borders> common;
  };
  std::vector<Borders> one_of_forty(39, boxed);
  one_of_forty.push_back({});
  std::vector<Borders> one_of_ten(9, boxed);
  one_of_ten.push_back({});
  const std::vector<Row> rows{
      {"all too dark to tell", {}, std::nullopt},
      {"none", {{}, {}}, std::nullopt},
      {"letter box", {boxed, boxed}, boxed},
      {"the least of them", {{0, 130, 0, 125}, {0, 125, 0, 140}}, boxed},
      {"an edge of an encoder", {{9, 0, 9, 0}}, std::nullopt},
      {"one picture in forty fills the frame", one_of_forty, boxed},
      {"one in ten does", one_of_ten, std::nullopt},
  };
  for (const auto& row : rows) EXPECT_EQ(common_borders(row.pictures), row.common) << row.what;
}

// Notes of a lesson of 2 s and 4 s for each further segment.
struct Notes {
  explicit Notes(const media::Plan& plan) {
    for (const auto& segment : plan.segments) {
      media::PictureNotes seen;
      seen.frames = segment.frame_count;
      seen.decoded_until_ms = (segment.first_frame + segment.frame_count) * 1000 / 30;
      picture[segment.number].picture = seen;
      media::SoundNotes heard;
      heard.true_peak_db = -3;
      heard.energies = tenths(-16, static_cast<std::size_t>(segment.frame_count / 3));
      sound[segment.number].sound = heard;
    }
  }
  Observations picture;
  Observations sound;
};

TEST(FoldContent, JoinsWhatSegmentsNoted) {
  const auto plan = plan_of(4);  // 14 s.
  Notes notes(plan);
  notes.picture[0].picture->black = {{1500, 2000}};
  notes.picture[1].picture->black = {{2000, 2600}};
  notes.picture[1].picture->frozen = {{2600, 6000}};
  notes.picture[2].picture->frozen = {{6000, 10'000}};
  notes.picture[3].picture->frozen = {{10'000, 13'000}};
  notes.picture[2].picture->damaged_frames = 3;
  notes.sound[0].sound->silent = {{0, 1000}};
  notes.sound[2].sound->silent = {{6500, 10'000}};
  notes.sound[3].sound->true_peak_db = -1.54;

  const auto sheet = fold_content(plan, notes.picture, notes.sound);

  ASSERT_TRUE(sheet);
  EXPECT_EQ(sheet->frames, plan.frame_count);
  EXPECT_EQ(sheet->damaged_frames, 3);
  EXPECT_EQ(sheet->duration_ms, 14'000);
  EXPECT_EQ(sheet->planned_ms, 14'000);
  EXPECT_THAT(sheet->black, ElementsAre(TimeSpan{1500, 2600}));
  EXPECT_THAT(sheet->frozen, ElementsAre(TimeSpan{2600, 13'000}));
  ASSERT_TRUE(sheet->sound);
  EXPECT_THAT(sheet->sound->silent, ElementsAre(TimeSpan{6500, 10'000}));
  EXPECT_NEAR(*sheet->sound->loudness_lufs, -16, 0.05);
  EXPECT_DOUBLE_EQ(sheet->sound->true_peak_dbtp, -1.54);
  const nlohmann::json json = *sheet;
  EXPECT_EQ(json.at("sound").at("true_peak_dbtp"), -1.5);
  EXPECT_EQ(json.at("sound").at("loudness_lufs"), -16.0);
  EXPECT_NEAR(json.at("damaged_share").get<double>(), 3.0 / 420, 1e-5);
  EXPECT_TRUE(json.at("borders").is_null());
}

TEST(FoldContent, WaitsForEveryNote) {
  const auto plan = plan_of(3);
  Notes notes(plan);

  auto without_picture = notes.picture;
  without_picture.erase(1);
  EXPECT_FALSE(fold_content(plan, without_picture, notes.sound));
  auto without_sound = notes.sound;
  without_sound.erase(2);
  EXPECT_FALSE(fold_content(plan, notes.picture, without_sound));
  EXPECT_TRUE(fold_content(plan, notes.picture, notes.sound));
}

TEST(FoldContent, SilentFilmHasNoSoundSheet) {
  auto plan = plan_of(3);
  plan.audio.clear();

  const auto sheet = fold_content(plan, Notes(plan).picture, {});

  ASSERT_TRUE(sheet);
  EXPECT_FALSE(sheet->sound);
  EXPECT_TRUE(nlohmann::json(*sheet).at("sound").is_null());
}

TEST(FoldContent, SourceThatEndsEarlyIsShorterThanPlanned) {
  const auto plan = plan_of(3);  // 10 s.
  Notes notes(plan);
  notes.picture[2].picture->decoded_until_ms = 7'000;
  notes.picture[2].picture->damaged_frames = 90;

  const auto sheet = fold_content(plan, notes.picture, notes.sound);

  EXPECT_EQ(sheet->duration_ms, 7'000);
  EXPECT_EQ(sheet->planned_ms, 10'000);
}

TEST(Damage, OneFrameInTwentyIsBearable) {
  const auto plan = plan_of(3);  // 300 frames.

  EXPECT_FALSE(is_too_damaged(0, plan));
  EXPECT_FALSE(is_too_damaged(15, plan));
  EXPECT_TRUE(is_too_damaged(16, plan));
}

TEST(Sheet, TakesTheSmallestRungAndTheLargestSound) {
  auto plan = plan_of(1);
  plan.audio = {{.name = "a64", .kbps = 64}, {.name = "a128", .kbps = 128}};

  EXPECT_EQ(picture_rendition(plan), "v360");
  EXPECT_EQ(sound_rendition(plan), "a128");
  plan.audio.clear();
  EXPECT_EQ(sound_rendition(plan), "");
}

}  // namespace
}  // namespace weike::server
