#include "server/jobs/forecast.hpp"

#include "storage/kv/memory_kv_store.hpp"
#include "tests/server/jobs/fake_worker.hpp"

#include <gtest/gtest.h>

namespace weike::server {
namespace {

const UnitId kOwn = UnitId::make_random();
const UnitId kOther = UnitId::make_random();
const UnitId kThird = UnitId::make_random();

TEST(WorkUntilDone, Rows) {
  struct Row {
    const char* what;
    std::vector<OpenWork> others;
    double work;
  };
  // Own work is 10.
  const std::vector<Row> rows{
      {"alone", {}, 10},
      {"a shorter one of the same unit comes first", {{kOwn, 4}}, 14},
      {"a longer one of the same unit waits", {{kOwn, 40}}, 10},
      {"another unit gets as much meanwhile", {{kOther, 40}}, 20},
      {"but no more than it has", {{kOther, 3}}, 13},
      {"fifty of another unit are one share", std::vector<OpenWork>(50, {kOther, 10}), 20},
      {"three units", {{kOther, 100}, {kThird, 100}, {kOwn, 5}}, 45},
  };
  for (const auto& row : rows) {
    EXPECT_DOUBLE_EQ(work_until_done({kOwn, 10}, row.others), row.work) << row.what;
  }
}

TEST(DecayingRate, ForgetsWhatItAssumed) {
  DecayingRate rate(100, 10, 60);

  EXPECT_DOUBLE_EQ(rate.rate(), 100);
  rate.add(200 * 10, 10);
  EXPECT_GT(rate.rate(), 145) << "the new counts for a little more than the old";
  EXPECT_LT(rate.rate(), 160);
  for (int i = 0; i < 60; ++i) rate.add(200 * 10, 10);
  EXPECT_NEAR(rate.rate(), 200, 1);
}

TEST(DecayingRate, ImpossibleMeasuresAndRecordsAreIgnored) {
  DecayingRate rate(100, 10, 60);

  rate.add(5, 0);
  rate.add(-5, 1);
  rate.add(1e308 * 10, 1);
  for (const char* record : {"null", "{}", R"({"value":0,"measure":1})", R"({"value":"1"})",
                             R"({"value":1,"measure":-1})"}) {
    rate.restore(nlohmann::json::parse(record));
  }

  EXPECT_DOUBLE_EQ(rate.rate(), 100);
}

TEST(WorkOf, AddsUpTheSegmentsOfABatch) {
  const auto plan = plan_of(3);  // 60, 120, 120 frames.
  const std::vector<std::string> both{"v720", "v360"};

  const auto first = work_of(plan, Batch{both, 0, 0});
  EXPECT_GT(first, 60.0 * (1280 * 720 + 640 * 360)) << "decoding costs too";
  EXPECT_DOUBLE_EQ(work_of(plan, Batch{both, 0, 2}), 5 * first);
  EXPECT_DOUBLE_EQ(work_of(plan, std::vector<Batch>{{both, 0, 0}, {both, 1, 2}}), 5 * first);
  EXPECT_DOUBLE_EQ(work_of(plan, Batch{both, 3, 9}), 0) << "beyond the end";
}

class ErrorNotes final : public JobObserver {
 public:
  void on_forecast_error(double ratio) override { ratios.push_back(ratio); }
  std::vector<double> ratios;
};

class ForecastTest : public ::testing::Test {
 protected:
  static Asset asset_of(AssetState state, UnitId unit = kOwn, std::uint64_t bytes = 1'000'000) {
    Asset asset;
    asset.id = AssetId::make_random();
    asset.unit = unit;
    asset.state = state;
    asset.source_bytes = bytes;
    return asset;
  }
  // Teaches a speed of `work` a second.
  void learn(Forecast& pupil, double work, int seconds = 6000) {
    for (int i = 0; i < seconds / 10; ++i) {
      pupil.start_piece();
      clock.advance(std::chrono::seconds{10});
      pupil.end_piece(work * 10);
    }
  }
  static double seconds(std::optional<Milliseconds> time) {
    return static_cast<double>(time.value().count()) / 1000;
  }

  storage::MemoryKvStore store;
  ManualClock clock;
  ErrorNotes notes;
  Forecast forecast{store, clock, notes, 2};
};

TEST_F(ForecastTest, FollowsTheMeasuredSpeed) {
  const auto asset = asset_of(AssetState::transcoding);
  forecast.begin(asset, 1200e6);
  EXPECT_NEAR(seconds(forecast.until_ready(asset)), 10, 2) << "before anything was measured";

  learn(forecast, 40e6);
  EXPECT_NEAR(seconds(forecast.until_ready(asset)), 30, 2);
  forecast.set_work_left(asset, 400e6);
  EXPECT_NEAR(seconds(forecast.until_ready(asset)), 10, 2);
}

TEST_F(ForecastTest, PiecesAtOneTimeAddUp) {
  for (int i = 0; i < 600; ++i) {
    forecast.start_piece();
    forecast.start_piece();
    clock.advance(std::chrono::seconds{10});
    forecast.end_piece(200e6);
    forecast.end_piece(200e6);
  }
  const auto asset = asset_of(AssetState::transcoding);
  forecast.begin(asset, 1200e6);

  EXPECT_NEAR(seconds(forecast.until_ready(asset)), 30, 2) << "40e6 a second, both together";
}

TEST_F(ForecastTest, IdleTimeIsNoWork) {
  learn(forecast, 40e6, 3000);
  clock.advance(std::chrono::hours{5});
  learn(forecast, 40e6, 3000);
  const auto asset = asset_of(AssetState::transcoding);
  forecast.begin(asset, 1200e6);

  EXPECT_NEAR(seconds(forecast.until_ready(asset)), 30, 2);
}

TEST_F(ForecastTest, QueuedAssetIsJudgedByItsBytesAndItsPlace) {
  learn(forecast, 40e6);
  for (int i = 0; i < 200; ++i) {
    const auto done = asset_of(AssetState::transcoding, kOwn, 100'000'000);
    forecast.begin(done, 400e6);  // 4 a byte.
    forecast.forget(done.id);
  }
  const auto queued = asset_of(AssetState::queued, kOwn, 300'000'000);

  EXPECT_NEAR(seconds(forecast.until_ready(queued, 0)), 30, 3);
  EXPECT_NEAR(seconds(forecast.until_ready(queued, 2)), 50, 4);
}

TEST_F(ForecastTest, OthersAtWorkComeBefore) {
  learn(forecast, 40e6);
  const auto own = asset_of(AssetState::transcoding);
  const auto other = asset_of(AssetState::transcoding, kOther);
  forecast.begin(own, 400e6);
  forecast.begin(other, 4000e6);

  EXPECT_NEAR(seconds(forecast.until_ready(own)), 20, 2);
  forecast.forget(other.id);
  EXPECT_NEAR(seconds(forecast.until_ready(own)), 10, 2);
}

TEST_F(ForecastTest, WhatIsOverHasNone) {
  for (const auto state : {AssetState::ready, AssetState::rejected, AssetState::failed}) {
    EXPECT_FALSE(forecast.until_ready(asset_of(state)));
  }
}

TEST_F(ForecastTest, ErrorIsMeasuredAgainstTheForecastAfterTheProbe) {
  learn(forecast, 40e6);
  const auto asset = asset_of(AssetState::transcoding);
  forecast.begin(asset, 1200e6);
  const auto promised = *forecast.until_ready(asset);
  clock.advance(promised / 2);
  forecast.set_work_left(asset, 1e6);

  forecast.finish(asset.id);
  forecast.finish(asset.id);

  ASSERT_EQ(notes.ratios.size(), 1U);
  EXPECT_NEAR(notes.ratios[0], 1, 0.01) << "it took half of what was said";
}

TEST_F(ForecastTest, LessonOfAnEarlierRunIsNotMeasured) {
  const auto asset = asset_of(AssetState::transcoding);
  forecast.set_work_left(asset, 1e6);

  forecast.finish(asset.id);

  EXPECT_TRUE(notes.ratios.empty());
}

TEST_F(ForecastTest, RestartKnowsWhatWasLearnt) {
  learn(forecast, 40e6);
  forecast.save();

  Forecast next(store, clock, notes, 2);
  next.load();
  const auto asset = asset_of(AssetState::transcoding);
  next.begin(asset, 1200e6);

  EXPECT_NEAR(seconds(next.until_ready(asset)), 30, 2);
}

TEST_F(ForecastTest, ClockThatGoesBackDoesNoHarm) {
  forecast.start_piece();
  clock.advance(-std::chrono::hours{1});
  forecast.end_piece(1e6);
  const auto asset = asset_of(AssetState::transcoding);
  forecast.begin(asset, 1200e6);
  clock.advance(-std::chrono::hours{1});

  EXPECT_LT(seconds(forecast.until_ready(asset)), 60);
  forecast.finish(asset.id);
  EXPECT_EQ(notes.ratios.size(), 1U);
}

}  // namespace
}  // namespace weike::server
