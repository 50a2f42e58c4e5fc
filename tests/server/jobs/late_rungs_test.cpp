// Rungs that are made late or not at all: the top rung of lessons nobody watches, the background
// rung, and the encoded top rung beside a copied one.
#include "server/jobs/pipeline.hpp"
#include "tests/server/jobs/ear.hpp"
#include "tests/server/jobs/gate.hpp"
#include "tests/server/jobs/jobs_fixture.hpp"

namespace weike::server {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;

constexpr std::uint32_t kSegments = 7;

std::vector<std::string> names_of(const Asset& asset) {
  std::vector<std::string> names;
  for (const auto& rendition : asset.renditions) names.push_back(rendition.name);
  return names;
}

class LateRungs : public JobsFixture {
 protected:
  explicit LateRungs(media::Plan plan = plan_of(kSegments)) : JobsFixture(std::move(plan)) {}

  static PipelineOptions options(TopRung top_rung) {
    PipelineOptions made;
    made.poll = Milliseconds{20};
    made.watch = Milliseconds{20};
    made.top_rung = top_rung;
    return made;
  }
  bool is_complete(const std::string& name) {
    const auto renditions = find().renditions;
    return std::any_of(renditions.begin(), renditions.end(), [&](const auto& rendition) {
      return rendition.name == name && rendition.is_complete();
    });
  }
  std::map<std::string, int> made_of(const std::string& rendition) {
    auto made = worker.made();
    std::erase_if(made, [&](const auto& entry) {
      return !entry.first.starts_with(rendition + "/") || !entry.first.ends_with(".m4s");
    });
    return made;
  }
  bool is_ready() { return find().state == AssetState::ready; }
};

TEST_F(LateRungs, TopRungWaitsUntilTheLessonIsWatched) {
  Pipeline pipeline(store, blobs, queue, assets, bus, worker, clock,
                    options(TopRung::when_watched));
  Ear ear(bus, owner_viewer());
  Bell bell;
  pipeline.start();
  ASSERT_TRUE(ear.wait_until([&] { return is_ready(); }));
  EXPECT_THAT(made_of("v720"), IsEmpty());
  EXPECT_THAT(names_of(find()), ElementsAre("v720", "v360", "a128"));
  EXPECT_EQ(find().percent, 100U);

  // A player tries it: this segment at once, without any job.
  const auto wish = pipeline.want(asset, "v720", 3, [&] { bell.ring(); });
  ASSERT_TRUE(bell.wait_for(1));
  EXPECT_TRUE(blobs.stat(assets::blob_name(asset, "v720/3.m4s"))->has_value());
  EXPECT_TRUE(ear.wait_until([&] { return find().renditions.front().done == 1; }));

  pipeline.watched(asset);
  EXPECT_TRUE(ear.wait_until([&] { return is_complete("v720"); }));
  EXPECT_TRUE(ear.wait_until([&] { return find().renditions.front().peak_bps > 0; }));

  pipeline.stop();
  EXPECT_TRUE(is_ready());
  EXPECT_THAT(worker.made(), Each(Pair(::testing::_, 1)));
  EXPECT_EQ(*queue.depth(), 0U);
}

TEST_F(LateRungs, FailureOfALateRungTakesNothingFromTheLesson) {
  worker.set_accident([&](const media::Task&, const std::string& file) -> Result<> {
    if (file == "v720/5.m4s") return Error{ErrorCode::corrupt, "no frame", "damaged"};
    return {};
  });
  Bell failed;
  auto telling = options(TopRung::when_watched);
  telling.log = [&](std::string_view event, AssetId, std::string_view) {
    if (event == "rung_failed") failed.ring();
  };
  Pipeline pipeline(store, blobs, queue, assets, bus, worker, clock, telling);
  Ear ear(bus, owner_viewer());
  pipeline.start();
  ASSERT_TRUE(ear.wait_until([&] { return is_ready(); }));

  pipeline.watched(asset);
  ASSERT_TRUE(failed.wait_for(1));
  pipeline.stop();

  EXPECT_TRUE(is_ready());
  EXPECT_FALSE(find().cause);
  EXPECT_THAT(made_of("v720"), Not(IsEmpty())) << "what was made before";
}

media::Plan with_background() {
  auto plan = plan_of(kSegments);
  plan.background = media::VideoRung{
      .name = "v480-av1", .width = 854, .height = 480, .codec = media::VideoCodec::av1};
  return plan;
}

bool is_of_the_background(const media::Task& task) {
  const auto* segments = std::get_if<media::SegmentsTask>(&task);
  return segments != nullptr && segments->renditions == std::vector<std::string>{"v480-av1"};
}

class BackgroundRung : public LateRungs {
 protected:
  BackgroundRung() : LateRungs(with_background()) {}
};

TEST_F(BackgroundRung, IsMadeForWatchedLessonsOnlyAndAfterEverythingElse) {
  Gate lesson([](const auto& task) { return task.renditions.size() == 3 && task.ahead.empty(); });
  std::atomic<bool> is_gated = false;
  worker.set_accident([&](const media::Task& task, const std::string& file) -> Result<> {
    if (is_gated) lesson.pass(task, file);
    return {};
  });
  Pipeline pipeline(store, blobs, queue, assets, bus, worker, clock, options(TopRung::eager));
  Ear ear(bus, owner_viewer());
  pipeline.start();
  ASSERT_TRUE(ear.wait_until([&] { return is_ready(); }));
  EXPECT_THAT(names_of(find()), Not(Contains("v480-av1")));
  is_gated = true;
  const auto second = create_asset();
  ASSERT_TRUE(lesson.wait_for(1));

  pipeline.watched(asset);
  const auto late = job_id_of(asset, JobKind::background_rung);
  ASSERT_TRUE(comes_true([&] {
    const auto job = queue.find(late);
    return job && *job && (*job)->state == storage::JobState::leased;
  }));
  const auto until_now = worker.tasks();
  EXPECT_TRUE(std::none_of(until_now.begin(), until_now.end(), is_of_the_background));
  lesson.open();

  EXPECT_TRUE(ear.wait_until([&] { return is_complete("v480-av1"); }));
  pipeline.stop();
  EXPECT_EQ(find(second).state, AssetState::ready);
  EXPECT_THAT(made_of("v480-av1"), ::testing::SizeIs(kSegments));
  EXPECT_THAT(made_of("v480-av1"), Each(Pair(::testing::_, 1)));
  const auto tasks = worker.tasks();
  const auto first_late = std::find_if(tasks.begin(), tasks.end(), is_of_the_background);
  EXPECT_TRUE(std::none_of(first_late, tasks.end(), [](const media::Task& task) {
    const auto* segments = std::get_if<media::SegmentsTask>(&task);
    return segments != nullptr && segments->renditions.size() == 3;
  }));
}

TEST_F(BackgroundRung, RungThatCannotBeMadeIsNotTriedForEachViewer) {
  work();
  worker.set_accident([&](const media::Task&, const std::string&) -> Result<> {
    return Error{ErrorCode::corrupt, "no frame", "damaged"};
  });
  ASSERT_TRUE(store.transact([&](storage::Transaction& transaction) {
    return queue.enqueue(transaction, late_job(asset, kRootUnit, JobKind::background_rung));
  }));
  const auto id = job_id_of(asset, JobKind::background_rung);

  for (int attempt = 0; attempt < 3; ++attempt) {
    ASSERT_TRUE(*queue.find(id)) << attempt;
    clock.advance(std::chrono::minutes{1});
    work(JobKind::background_rung);
  }

  ASSERT_TRUE(*queue.find(id)) << "it stands against another of its kind";
  EXPECT_EQ((**queue.find(id)).state, storage::JobState::failed);
}

TEST_F(BackgroundRung, RungThatFoundNoRoomWaitsForTheNextViewer) {
  work();
  worker.set_accident([&](const media::Task&, const std::string&) -> Result<> {
    return Error{ErrorCode::out_of_space, "no room"};
  });
  ASSERT_TRUE(store.transact([&](storage::Transaction& transaction) {
    return queue.enqueue(transaction, late_job(asset, kRootUnit, JobKind::background_rung));
  }));

  work(JobKind::background_rung);

  EXPECT_FALSE(*queue.find(job_id_of(asset, JobKind::background_rung)));
}

media::Plan with_copy() {
  auto plan = plan_of(kSegments);
  plan.copied = media::VideoRung{.name = "v720-source", .width = 1280, .height = 720};
  return plan;
}

class CopiedRung : public LateRungs {
 protected:
  CopiedRung() : LateRungs(with_copy()) {}
};

TEST_F(CopiedRung, StandsForTheTopRungWhenEveryFrameIsSound) {
  work();

  EXPECT_EQ(find().state, AssetState::ready);
  EXPECT_THAT(names_of(find()), ElementsAre("v720-source", "v360", "a128"));
  EXPECT_THAT(made_of("v720"), IsEmpty());
  EXPECT_TRUE(is_complete("v720-source"));
}

TEST_F(CopiedRung, DamagedFrameBringsTheEncodedOneInItsPlace) {
  worker.set_damaged(4);

  work();

  EXPECT_EQ(find().state, AssetState::ready);
  EXPECT_THAT(names_of(find()), ElementsAre("v720", "v360", "a128"));
  EXPECT_TRUE(is_complete("v720"));
  EXPECT_THAT(files(), Not(Contains("v720-source/1.m4s")));
}

TEST_F(CopiedRung, DamageIsRememberedOverARestart) {
  worker.set_damaged(1);
  worker.set_accident([&](const media::Task&, const std::string& file) -> Result<> {
    if (file == "v360/2.m4s") return Error{ErrorCode::internal, "signal 11", "child_crashed"};
    return {};
  });
  work();
  ASSERT_EQ(find().state, AssetState::queued);
  ASSERT_THAT(files(), Contains("v360/1.m4s")) << "the damaged one is not made again";
  worker.set_accident({});
  clock.advance(std::chrono::seconds{10});

  work();

  EXPECT_EQ(find().state, AssetState::ready);
  EXPECT_THAT(names_of(find()), ElementsAre("v720", "v360", "a128"));
}

}  // namespace
}  // namespace weike::server
