#include "server/jobs/pipeline.hpp"
#include "tests/server/jobs/ear.hpp"
#include "tests/server/jobs/gate.hpp"
#include "tests/server/jobs/jobs_fixture.hpp"

namespace weike::server {
namespace {

using ::testing::Each;
using ::testing::Pair;

// Thirty segments, 118 s: two batches of four are at work when the gate is reached.
class SegmentsOnDemand : public JobsFixture {
 protected:
  SegmentsOnDemand() : JobsFixture(30) {}

  static PipelineOptions quick() {
    PipelineOptions made;
    made.poll = Milliseconds{20};
    made.watch = Milliseconds{20};
    return made;
  }

  static bool is_batch(const media::SegmentsTask& task) {
    return task.renditions.size() == 3 && !is_head(task);
  }
  static bool is_head(const media::SegmentsTask& task) { return !task.ahead.empty(); }
  static bool is_alone(const media::SegmentsTask& task) { return task.renditions.size() == 1; }

  // Tasks that make just this segment.
  std::ptrdiff_t tasks_for(const std::string& rendition, std::uint32_t number) {
    const auto tasks = worker.tasks();
    return std::count_if(tasks.begin(), tasks.end(), [&](const media::Task& task) {
      const auto* segments = std::get_if<media::SegmentsTask>(&task);
      return segments != nullptr && segments->renditions == std::vector{rendition} &&
             segments->first_segment == number && segments->last_segment == number;
    });
  }

  bool is_made(const std::string& file) {
    return blobs.stat(assets::blob_name(asset, file))->has_value();
  }
  bool is_ready() { return find().state == AssetState::ready; }
  std::shared_ptr<Pipeline::Wish> want(const std::string& rendition, std::uint32_t number) {
    return pipeline.want(asset, rendition, number, [this] { bell.ring(); });
  }

  Bell bell;
  Pipeline pipeline{store, blobs, queue, assets, bus, worker, clock, quick()};
};

TEST_F(SegmentsOnDemand, WantedSegmentIsMadeWhileTheRestStandsStill) {
  Gate batches(is_batch);
  std::size_t paused = 0;
  worker.set_accident([&](const media::Task& task, const std::string& file) -> Result<> {
    batches.pass(task, file);
    const auto* segments = std::get_if<media::SegmentsTask>(&task);
    if (segments != nullptr && segments->first_segment == 20 && is_alone(*segments))
      paused = worker.paused();
    return {};
  });
  Ear ear(bus, owner_viewer());
  pipeline.start();
  ASSERT_TRUE(batches.wait_for(2));

  const auto wish = want("v360", 20);
  ASSERT_TRUE(bell.wait_for(1));

  EXPECT_TRUE(is_made("v360/20.m4s"));
  EXPECT_EQ(paused, 2U);
  batches.open();
  EXPECT_TRUE(ear.wait_until([&] { return is_ready(); }));
  pipeline.stop();
  EXPECT_THAT(worker.made(), Each(Pair(::testing::_, 1))) << "nothing is made twice";
  EXPECT_EQ(find().renditions[1].done, 30U);
  EXPECT_EQ(journal_entries(), 90U);
}

TEST_F(SegmentsOnDemand, ManyViewersShareOnePieceOfWork) {
  Gate first([](const auto& task) { return is_alone(task) && task.first_segment == 25; });
  Gate batches(is_batch);
  worker.set_accident([&](const media::Task& task, const std::string& file) -> Result<> {
    batches.pass(task, file);
    first.pass(task, file);
    return {};
  });
  pipeline.start();
  ASSERT_TRUE(batches.wait_for(2));
  const auto before = want("v360", 25);
  ASSERT_TRUE(first.wait_for(1));

  const auto one = want("v360", 20);
  const auto two = want("v360", 20);
  const auto three = want("v360", 20);
  first.open();
  ASSERT_TRUE(bell.wait_for(4));

  EXPECT_EQ(tasks_for("v360", 20), 1);
  batches.open();
  pipeline.stop();
}

TEST_F(SegmentsOnDemand, WithdrawnWishIsNotMade) {
  Gate first([](const auto& task) { return is_alone(task) && task.first_segment == 25; });
  Gate batches(is_batch);
  worker.set_accident([&](const media::Task& task, const std::string& file) -> Result<> {
    batches.pass(task, file);
    first.pass(task, file);
    return {};
  });
  pipeline.start();
  ASSERT_TRUE(batches.wait_for(2));
  const auto before = want("v360", 25);
  ASSERT_TRUE(first.wait_for(1));

  auto withdrawn = want("v360", 20);
  const auto kept = want("v360", 22);
  withdrawn.reset();
  first.open();
  ASSERT_TRUE(bell.wait_for(2));

  EXPECT_EQ(tasks_for("v360", 20), 0);
  EXPECT_EQ(tasks_for("v360", 22), 1);
  batches.open();
  pipeline.stop();
  EXPECT_EQ(bell.rung(), 2);
}

TEST_F(SegmentsOnDemand, WorkGoesOnAfterAWishThatNeededNone) {
  Gate first([](const auto& task) { return is_alone(task) && task.first_segment == 25; });
  Gate batches(is_batch);
  worker.set_accident([&](const media::Task& task, const std::string& file) -> Result<> {
    batches.pass(task, file);
    first.pass(task, file);
    return {};
  });
  Ear ear(bus, owner_viewer());
  pipeline.start();
  ASSERT_TRUE(batches.wait_for(2));
  const auto made = want("v360", 25);
  ASSERT_TRUE(first.wait_for(1));
  ASSERT_TRUE(is_made("v360/0.m4s"));

  const auto lies_there = want("v360", 0);
  first.open();
  ASSERT_TRUE(bell.wait_for(2));
  batches.open();

  EXPECT_TRUE(ear.wait_until([&] { return is_ready(); }));
  EXPECT_EQ(tasks_for("v360", 0), 0);
}

TEST_F(SegmentsOnDemand, SegmentThatABatchIsAboutToDeliverIsNotMadeTwice) {
  Gate batches(is_batch);
  worker.set_accident([&](const media::Task& task, const std::string& file) -> Result<> {
    batches.pass(task, file);
    return {};
  });
  pipeline.start();
  ASSERT_TRUE(batches.wait_for(2));

  const auto top_rung = want("v720", 1);  // What the batch that begins with 1 makes next.
  const auto elsewhere = want("v360", 20);
  ASSERT_TRUE(bell.wait_for(1));
  EXPECT_TRUE(is_made("v360/20.m4s"));
  batches.open();
  ASSERT_TRUE(bell.wait_for(2));

  pipeline.stop();
  EXPECT_EQ(tasks_for("v720", 1), 0);
}

TEST_F(SegmentsOnDemand, SegmentThatGoesAheadInItsBatchIsNotMadeTwice) {
  Gate heads(is_head);
  worker.set_accident([&](const media::Task& task, const std::string& file) -> Result<> {
    heads.pass(task, file);
    return {};
  });
  pipeline.start();
  ASSERT_TRUE(heads.wait_for(1));

  const auto ahead = want("v360", 0);
  const auto elsewhere = want("v360", 20);
  ASSERT_TRUE(bell.wait_for(1));
  EXPECT_TRUE(is_made("v360/20.m4s"));
  heads.open();
  ASSERT_TRUE(bell.wait_for(2));

  pipeline.stop();
  EXPECT_EQ(tasks_for("v360", 0), 0);
}

TEST_F(SegmentsOnDemand, FinishedSegmentWakesAtOnce) {
  Ear ear(bus, owner_viewer());
  pipeline.start();
  ASSERT_TRUE(ear.wait_until([&] { return is_ready(); }));

  const auto wish = want("v360", 20);

  EXPECT_TRUE(bell.wait_for(1));
  EXPECT_EQ(tasks_for("v360", 20), 0);
}

TEST_F(SegmentsOnDemand, FailureWakesAndTheJobMakesTheSegmentItself) {
  Gate batches(is_batch);
  worker.set_accident([&](const media::Task& task, const std::string& file) -> Result<> {
    batches.pass(task, file);
    const auto* segments = std::get_if<media::SegmentsTask>(&task);
    if (segments != nullptr && is_alone(*segments) && segments->first_segment == 20)
      return Error{ErrorCode::internal, "signal 11", "child_crashed"};
    return {};
  });
  Ear ear(bus, owner_viewer());
  pipeline.start();
  ASSERT_TRUE(batches.wait_for(2));

  const auto wish = want("v360", 20);
  ASSERT_TRUE(bell.wait_for(1));

  EXPECT_FALSE(is_made("v360/20.m4s"));
  batches.open();
  EXPECT_TRUE(ear.wait_until([&] { return is_ready(); }));
  EXPECT_TRUE(is_made("v360/20.m4s"));
  EXPECT_EQ(find().attempts, 0U);
}

TEST_F(SegmentsOnDemand, NobodyWaitsForWhatIsNeverMade) {
  worker.set_probe_result({{"rejected", {{"code", "no_video"}, {"detail", "audio only"}}}});
  Ear ear(bus, owner_viewer());
  pipeline.start();
  ASSERT_TRUE(ear.wait_until([&] { return find().state == AssetState::rejected; }));

  const auto rejected = want("v360", 2);
  const auto unknown = pipeline.want(AssetId::make_random(), "v360", 2, [this] { bell.ring(); });

  EXPECT_TRUE(bell.wait_for(2));
  pipeline.stop();
  const auto late = want("v360", 2);
  EXPECT_EQ(bell.rung(), 3) << "after the stop nobody makes anything";
}

TEST_F(SegmentsOnDemand, StopWakesWhoStillWaits) {
  Gate batches(is_batch);
  worker.set_accident([&](const media::Task& task, const std::string& file) -> Result<> {
    batches.pass(task, file);
    return {};
  });
  pipeline.start();
  ASSERT_TRUE(batches.wait_for(2));
  const auto wish = want("v720", 1);
  EXPECT_EQ(bell.rung(), 0);

  batches.open();
  pipeline.stop();

  EXPECT_EQ(bell.rung(), 1);
}

TEST_F(SegmentsOnDemand, NewLessonOvertakesWhenAllWorkersAreBusy) {
  Gate batches(is_batch);
  worker.set_accident([&](const media::Task& task, const std::string& file) -> Result<> {
    batches.pass(task, file);
    return {};
  });
  Ear ear(bus, owner_viewer());
  pipeline.start();
  ASSERT_TRUE(batches.wait_for(2));

  const auto second = create_asset();

  EXPECT_TRUE(ear.wait_until([&] { return find(second).is_playable; }));
  EXPECT_FALSE(is_ready());
  batches.open();
  pipeline.stop();
}

// A worker that goes on with the rest of a first segment has done what others stand back for.
TEST_F(SegmentsOnDemand, NewLessonOvertakesTheRestOfFirstSegments) {
  Gate rests(is_head);
  worker.set_accident([&](const media::Task& task, const std::string& file) -> Result<> {
    if (file == "v720/0.m4s") rests.pass(task, "");
    return {};
  });
  const auto second = create_asset();
  Ear ear(bus, owner_viewer());
  pipeline.start();
  ASSERT_TRUE(rests.wait_for(2));
  EXPECT_TRUE(find().is_playable && find(second).is_playable);

  const auto third = create_asset();

  EXPECT_TRUE(ear.wait_until([&] { return find(third).is_playable; }));
  rests.open();
  pipeline.stop();
}

}  // namespace
}  // namespace weike::server
