#include "api/learning/watch_record.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace weike::learning {
namespace {

constexpr std::uint32_t kDuration = 10'000;

struct Batch {
  std::vector<WatchRange> ranges;
  Timestamp at;
};

WatchRecord fresh() {
  WatchRecord record;
  record.lesson = LessonId::make_random();
  record.turn_to(AssetId::make_random(), kDuration);
  return record;
}

TEST(WatchRecord, ClipsToTheVideo) {
  auto record = fresh();

  record.add({{9'000, 99'000}, {50'000, 60'000}}, Timestamp{Milliseconds{1}});

  EXPECT_EQ(record.watched_ms(), 1'000u);
  EXPECT_EQ(record.resume_ms, kDuration);
  EXPECT_EQ(record.percent(), 10u);
}

TEST(WatchRecord, SaysAllOnlyWhenAllWasWatched) {
  auto record = fresh();

  record.add({{0, kDuration - 1}}, Timestamp{Milliseconds{1}});
  EXPECT_EQ(record.percent(), 99u);
  record.add({{kDuration - 1, kDuration}}, Timestamp{Milliseconds{1}});
  EXPECT_EQ(record.percent(), 100u);
}

// Whatever order batches come in, and however often: the same record.
TEST(WatchRecord, IsTheSameForEveryOrderAndRepetition) {
  std::mt19937 random(7);
  const auto pick = [&](std::uint32_t below) {
    return std::uniform_int_distribution<std::uint32_t>(0, below - 1)(random);
  };
  for (int round = 0; round < 200; ++round) {
    std::vector<Batch> batches;
    for (std::uint32_t i = 0; i < 1 + pick(8); ++i) {
      Batch batch{{}, Timestamp{Milliseconds{pick(4)}}};
      for (std::uint32_t j = 0; j < pick(4); ++j) {
        const auto begin = pick(kDuration + 500);
        batch.ranges.push_back({begin, begin + 1 + pick(2'000)});
      }
      batches.push_back(batch);
    }
    const auto start = fresh();
    auto expected = start;
    for (const auto& batch : batches) expected.add(batch.ranges, batch.at);

    auto shuffled = batches;
    shuffled.insert(shuffled.end(), batches.begin(), batches.end());
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    auto record = start;
    for (const auto& batch : shuffled) record.add(batch.ranges, batch.at);

    EXPECT_EQ(record.video.ranges, expected.video.ranges);
    EXPECT_EQ(record.resume_ms, expected.resume_ms);
  }
}

TEST(WatchRecord, IsWrittenAsItsJson) {
  auto record = fresh();
  EXPECT_EQ(encode(record), nlohmann::json(record).dump());
  for (int i = 0; i < 3; ++i) {
    record.add({{1'000, 2'000}, {3'000, 3'500}}, Timestamp{Milliseconds{1'234'567'890'123}});
    EXPECT_EQ(encode(record), nlohmann::json(record).dump());
    record.turn_to(AssetId::make_random(), kDuration);
  }

  EXPECT_EQ(encode(record), nlohmann::json(record).dump());
}

TEST(WatchRecord, KeepsWhatWasWatchedOfAnEarlierVideo) {
  auto record = fresh();
  const auto first = record.video.asset;
  const auto second = AssetId::make_random();
  record.add({{0, 4'000}}, Timestamp{Milliseconds{1}});

  record.turn_to(second, 5'000);
  EXPECT_EQ(record.watched_ms(), 0u);
  EXPECT_EQ(record.resume_ms, 0u);
  const auto stored = nlohmann::json(record).get<WatchRecord>();
  record = stored;
  record.turn_to(first, kDuration);

  EXPECT_EQ(record.watched_ms(), 4'000u) << "it comes back with the video";
}

}  // namespace
}  // namespace weike::learning
