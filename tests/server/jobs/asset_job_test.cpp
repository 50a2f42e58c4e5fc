#include "tests/server/jobs/jobs_fixture.hpp"

#include <stdexcept>

namespace weike::server {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

class AssetJobTest : public JobsFixture {};

Error crash() { return {ErrorCode::internal, "signal 11", "child_crashed"}; }

TEST_F(AssetJobTest, AssetBecomesReady) {
  work();

  const auto done = find();
  EXPECT_EQ(done.state, AssetState::ready);
  EXPECT_EQ(done.stage, "done");
  EXPECT_EQ(done.percent, 100U);
  EXPECT_TRUE(done.is_playable);
  EXPECT_TRUE(done.is_publishable);
  EXPECT_EQ(done.duration_ms, 26'000U);
  EXPECT_EQ(done.width, 1280U);
  EXPECT_TRUE(done.has_audio);
  EXPECT_EQ(done.placeholder(1), "data:image/jpeg;base64,AAAA");
  ASSERT_EQ(done.renditions.size(), 3U);
  for (const auto& rendition : done.renditions) {
    EXPECT_TRUE(rendition.is_complete()) << rendition.name;
    EXPECT_GT(rendition.average_bps, 0) << rendition.name;
    EXPECT_GE(rendition.peak_bps, rendition.average_bps) << rendition.name;
  }
  EXPECT_EQ(done.verdict.at("width"), 640);
  EXPECT_EQ(done.verdict.at("outputs").size(), 3U);
  EXPECT_EQ(journal_entries(), 21U);
  EXPECT_THAT(files(), Contains("plan.json"));
  EXPECT_THAT(files(), Contains("poster_small.jpg"));
  EXPECT_THAT(log, ElementsAre("asset_ready"));
  EXPECT_EQ(*queue.depth(), 0U);
}

TEST_F(AssetJobTest, StateOnTheWayIsTold) {
  std::vector<Asset> seen;
  worker.set_accident([&](const media::Task&, const std::string&) -> Result<> {
    seen.push_back(find());
    return {};
  });

  work();

  EXPECT_EQ(seen.front().state, AssetState::probing);
  EXPECT_EQ(seen.front().stage, "probe");
  EXPECT_EQ(seen.back().stage, "images");
  for (std::size_t i = 1; i < seen.size(); ++i) {
    EXPECT_GE(seen[i].percent, seen[i - 1].percent);
  }
  const auto playable =
      std::find_if(seen.begin(), seen.end(), [](const Asset& state) { return state.is_playable; });
  ASSERT_NE(playable, seen.end());
  // The first segment of 360p and of the sound, and nothing else, is what it takes.
  EXPECT_EQ(playable->renditions[1].done, 1U);
  EXPECT_FALSE(playable->is_publishable);
  EXPECT_EQ(playable->stage, "renditions");
}

TEST_F(AssetJobTest, OwnerIsToldOfTheEnd) {
  const auto listener = bus.subscribe(owner_viewer(), std::nullopt, "s");

  work();

  EXPECT_THAT(*listener->take(), HasSubstr(R"("state":"ready")"));
}

TEST_F(AssetJobTest, InputAtFaultIsRejectedAtOnce) {
  worker.set_probe_result({{"rejected", {{"code", "no_video"}, {"detail", "audio only"}}}});

  work();

  const auto rejected = find();
  EXPECT_EQ(rejected.state, AssetState::rejected);
  EXPECT_EQ(rejected.cause, (AssetCause{"no_video", "audio only"}));
  EXPECT_EQ(*queue.depth(), 0U);
}

TEST_F(AssetJobTest, FailedTaskWithTheInputAtFaultIsRejectedToo) {
  worker.set_accident([](const media::Task&, const std::string&) -> Result<> {
    return Error{ErrorCode::corrupt, "no frame can be read", "damaged"};
  });

  work();

  EXPECT_EQ(find().state, AssetState::rejected);
  EXPECT_EQ(find().cause->code, "damaged");
}

TEST_F(AssetJobTest, ThreeCrashesMakeAFailedAssetWithItsCause) {
  worker.set_accident([](const media::Task&, const std::string& file) -> Result<> {
    if (file == "v720/4.m4s") return crash();
    return {};
  });

  work();
  EXPECT_EQ(find().state, AssetState::queued);
  EXPECT_EQ(find().attempts, 1U);
  EXPECT_FALSE(*queue.lease()) << "it waits for its back-off";
  clock.advance(std::chrono::seconds{10});
  work();
  clock.advance(std::chrono::seconds{10});
  work();

  const auto failed = find();
  EXPECT_EQ(failed.state, AssetState::failed);
  EXPECT_EQ(failed.attempts, 3U);
  EXPECT_EQ(failed.cause, (AssetCause{"child_crashed", "signal 11"}));
  EXPECT_TRUE(failed.is_playable) << "what was finished is kept";
  clock.advance(std::chrono::hours{1});
  EXPECT_FALSE(*queue.lease());
}

TEST_F(AssetJobTest, ExceptionIsAFailureOfTheJobAlone) {
  worker.set_accident([](const media::Task&, const std::string& file) -> Result<> {
    if (file == "v720/4.m4s") throw std::runtime_error("a number that is none");
    return {};
  });
  for (int attempt = 0; attempt < 3; ++attempt) {
    work();
    clock.advance(std::chrono::seconds{10});
  }

  EXPECT_EQ(find().state, AssetState::failed);
  EXPECT_EQ(find().cause, (AssetCause{"internal", "an exception: a number that is none"}));
}

TEST_F(AssetJobTest, OwnersRetryFinishesWithoutMakingAnythingAgain) {
  worker.set_accident([](const media::Task&, const std::string& file) -> Result<> {
    if (file == "v720/4.m4s") return crash();
    return {};
  });
  for (int attempt = 0; attempt < 3; ++attempt) {
    work();
    clock.advance(std::chrono::seconds{10});
  }
  const auto percent = find().percent;
  worker.set_accident({});

  const auto retried = assets.retry(owner_viewer(), asset);
  ASSERT_TRUE(retried);
  EXPECT_EQ(retried->state, AssetState::queued);
  EXPECT_FALSE(retried->cause);
  EXPECT_EQ(retried->percent, percent);
  work();

  EXPECT_EQ(find().state, AssetState::ready);
  EXPECT_THAT(worker.made(), Each(Pair(::testing::_, 1)));
}

TEST_F(AssetJobTest, FinishedSegmentsSurviveARestart) {
  {
    auto lease = queue.lease();
    AssetJob job(workshop, **lease, asset);
    int files_left = 12;
    worker.set_accident([&](const media::Task&, const std::string& file) -> Result<> {
      if (file.empty() || --files_left >= 0) return {};
      job.stop();  // As a stop or a kill leaves it: no settling.
      return Error{ErrorCode::unavailable, "the server is killed", "cancelled"};
    });
    while (const auto unit = job.take_unit()) {
      if (job.run(*unit)) break;
    }
    ASSERT_LT(files_left, 0);
  }
  worker.set_accident({});

  ASSERT_EQ(*queue.release_all(), 1U);
  work();

  EXPECT_EQ(find().state, AssetState::ready);
  EXPECT_EQ(find().attempts, 0U) << "a restart is no failed try";
  EXPECT_THAT(worker.made(), Each(Pair(::testing::_, 1)));
}

TEST_F(AssetJobTest, BlobWithoutItsJournalEntryCountsAsFinished) {
  work();
  // As if the server had been killed between the blob and the journal, in the middle of the work.
  const auto undone = store.transact([&](storage::Transaction& transaction) -> Result<> {
    auto record = *assets.find(transaction, asset);
    record.state = AssetState::transcoding;
    if (auto saved = assets.save(transaction, record); !saved) return saved;
    for (std::uint32_t number = 2; number < 5; ++number) {
      const auto key = storage::keys::segment(asset, "v360", number);
      if (auto erased = transaction.erase(key); !erased) return erased;
    }
    return queue.enqueue(transaction, {.id = assets::job_of(asset), .payload = asset.text()});
  });
  ASSERT_TRUE(undone);
  ASSERT_EQ(journal_entries(), 18U);

  work();

  EXPECT_EQ(find().state, AssetState::ready);
  EXPECT_EQ(worker.made()["v360/3.m4s"], 1);
  EXPECT_EQ(journal_entries(), 21U);
}

TEST_F(AssetJobTest, SegmentPutWithAStaleLeaseIsRefused) {
  worker.set_accident([&](const media::Task&, const std::string& file) -> Result<> {
    if (file != "v360/1.m4s") return {};
    // Somebody else gets the job: the lease of the running one is stale from here on.
    EXPECT_TRUE(queue.release_all());
    EXPECT_TRUE(*queue.lease());
    return {};
  });

  work();

  EXPECT_THAT(files(), Contains("v360/0.m4s"));
  EXPECT_THAT(files(), Not(Contains("v360/1.m4s")));
  EXPECT_EQ(find().state, AssetState::transcoding) << "the new holder goes on from here";
  EXPECT_EQ(find().attempts, 0U);
  EXPECT_THAT(log, ElementsAre("lease_lost"));
}

TEST_F(AssetJobTest, FullDiskIsAFailureOfOurs) {
  worker.set_accident([](const media::Task&, const std::string& file) -> Result<> {
    if (file == "v360/0.m4s") return Error{ErrorCode::out_of_space, "no room"};
    return {};
  });

  for (int attempt = 0; attempt < 3; ++attempt) {
    work();
    clock.advance(std::chrono::seconds{10});
  }

  EXPECT_EQ(find().state, AssetState::failed);
  EXPECT_EQ(find().cause->code, "out_of_space");
}

TEST_F(AssetJobTest, DeletedAssetStopsItsWorkAndFreesItsDisk) {
  worker.set_accident([&](const media::Task&, const std::string& file) -> Result<> {
    if (file != "v720/1.m4s") return {};
    EXPECT_TRUE(assets.remove(owner_viewer(), asset));
    EXPECT_THAT(files(), Contains("v360/0.m4s")) << "held while a job makes more";
    return {};
  });

  work();
  assets.sweep();

  EXPECT_TRUE(files().empty());
  EXPECT_EQ(journal_entries(), 0U);
  EXPECT_EQ(*queue.depth(), 0U);
  EXPECT_TRUE(blobs.list("uploads/", 10)->empty());
  EXPECT_THAT(log, ElementsAre("lease_lost"));
}

TEST_F(AssetJobTest, ImagesWaitForTheLastSegmentOfTheSmallestRung) {
  auto lease = queue.lease();
  AssetJob job(workshop, **lease, asset);
  ASSERT_FALSE(job.run(*job.take_unit()));
  std::vector<AssetJob::Unit> batches;
  while (auto unit = job.take_unit()) batches.push_back(std::move(*unit));
  ASSERT_GT(batches.size(), 2U);
  ASSERT_EQ(batches.back().step, AssetJob::Step::batch);
  for (const auto& batch : batches) {
    EXPECT_FALSE(job.rank()) << "what they are made of is not there yet";
    EXPECT_FALSE(job.take_unit());
    ASSERT_FALSE(job.run(batch));
  }

  const auto unit = job.take_unit();

  ASSERT_TRUE(unit);
  EXPECT_EQ(unit->step, AssetJob::Step::images);
  EXPECT_TRUE(job.run(*unit));
  EXPECT_EQ(find().state, AssetState::ready);
}

TEST_F(AssetJobTest, ImagesAreMadeOfSourceAndReel) {
  work();

  const auto film = worker.reel();
  EXPECT_EQ(film, "content of v360/init.mp4") << "the fake's segments hold no pictures";
}

TEST_F(AssetJobTest, FailureStopsTheOtherUnitsOfTheJob) {
  auto lease = queue.lease();
  AssetJob job(workshop, **lease, asset);
  ASSERT_FALSE(job.run(*job.take_unit()));
  const auto first = job.take_unit();
  const auto second = job.take_unit();
  worker.set_accident([&](const media::Task&, const std::string&) -> Result<> { return crash(); });
  ASSERT_FALSE(job.run(*first));
  worker.set_accident({});

  EXPECT_FALSE(job.take_unit());
  EXPECT_TRUE(job.run(*second)) << "the last one settles";

  EXPECT_EQ(find().state, AssetState::queued);
  EXPECT_EQ(worker.made().count("v720/0.m4s"), 0U);
}

}  // namespace
}  // namespace weike::server
