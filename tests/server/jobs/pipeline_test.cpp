#include "server/jobs/pipeline.hpp"

#include "media/images/image_files.hpp"
#include "tests/server/jobs/ear.hpp"
#include "tests/server/jobs/jobs_fixture.hpp"

#include <condition_variable>

namespace weike::server {
namespace {

class PipelineTest : public JobsFixture {
 protected:
  bool is_ready(AssetId id) { return find(id).state == AssetState::ready; }

  static PipelineOptions quick() {
    PipelineOptions made;
    made.poll = Milliseconds{20};
    made.watch = Milliseconds{20};
    return made;
  }
  const PipelineOptions options = quick();
};

TEST_F(PipelineTest, SeveralLessonsBecomeReadyAndNothingIsMadeTwice) {
  Pipeline pipeline(store, blobs, queue, assets, bus, worker, clock, options);
  Ear ear(bus, owner_viewer());
  const auto second = create_asset();
  pipeline.start();

  EXPECT_TRUE(ear.wait_until([&] { return is_ready(asset) && is_ready(second); }));

  pipeline.stop();
  EXPECT_THAT(worker.made(), ::testing::Each(::testing::Pair(::testing::_, 2)));
}

TEST_F(PipelineTest, TwoChildrenWorkOnOneLessonAtMost) {
  std::mutex mutex;
  std::condition_variable both;
  int running = 0;
  int most = 0;
  worker.set_accident([&](const media::Task& task, const std::string& file) -> Result<> {
    const auto* segments = std::get_if<media::SegmentsTask>(&task);
    if (segments == nullptr || !file.empty()) return {};
    std::unique_lock lock(mutex);
    most = std::max(most, ++running);
    both.notify_all();
    // The first two batches wait for each other, so both must run at once.
    both.wait_for(lock, std::chrono::seconds{10}, [&] { return most >= 2; });
    --running;
    return {};
  });
  Pipeline pipeline(store, blobs, queue, assets, bus, worker, clock, options);
  Ear ear(bus, owner_viewer());
  pipeline.start();

  EXPECT_TRUE(ear.wait_until([&] { return is_ready(asset); }));

  pipeline.stop();
  EXPECT_EQ(most, 2);
}

TEST_F(PipelineTest, StopLeavesTheWorkForTheNextStart) {
  std::mutex mutex;
  std::condition_variable reached;
  bool is_reached = false;
  worker.set_accident([&](const media::Task&, const std::string& file) -> Result<> {
    if (file != "v720/2.m4s") return {};
    const std::scoped_lock lock(mutex);
    is_reached = true;
    reached.notify_all();
    return {};
  });
  {
    Pipeline pipeline(store, blobs, queue, assets, bus, worker, clock, options);
    pipeline.start();
    std::unique_lock lock(mutex);
    ASSERT_TRUE(reached.wait_for(lock, std::chrono::seconds{20}, [&] { return is_reached; }));
    lock.unlock();
    pipeline.stop();
  }

  Pipeline next(store, blobs, queue, assets, bus, worker, clock, options);
  Ear ear(bus, owner_viewer());
  next.start();

  EXPECT_TRUE(ear.wait_until([&] { return is_ready(asset); }));
  next.stop();
  EXPECT_EQ(find().attempts, 0U);
  // The images alone may be made anew: they are one cheap unit that counts when the asset is ready.
  auto made = worker.made();
  for (const auto& image : media::image_files(plan_of(7))) made.erase(image);
  EXPECT_THAT(made, ::testing::Each(::testing::Pair(::testing::_, 1)));
}

TEST_F(PipelineTest, DeletionStopsARunningChild) {
  std::mutex mutex;
  std::condition_variable changed;
  bool is_running = false;
  std::optional<bool> was_stopped;
  worker.set_accident([&](const media::Task& task, const std::string& file) -> Result<> {
    if (!std::holds_alternative<media::SegmentsTask>(task) || file != "v360/1.m4s") return {};
    std::unique_lock lock(mutex);
    is_running = true;
    changed.notify_all();
    lock.unlock();
    const bool is_told = worker.wait_for_stop();
    lock.lock();
    was_stopped = is_told;
    changed.notify_all();
    return {};
  });
  auto alone = options;  // Another child would notice with its next segment, a renewal late.
  alone.workers = 1;
  alone.renew = std::chrono::hours{1};
  Pipeline pipeline(store, blobs, queue, assets, bus, worker, clock, alone);
  pipeline.start();
  {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(changed.wait_for(lock, std::chrono::seconds{20}, [&] { return is_running; }));
  }

  ASSERT_TRUE(assets.remove(owner_viewer(), asset));
  {
    std::unique_lock lock(mutex);
    changed.wait_for(lock, std::chrono::seconds{40}, [&] { return was_stopped.has_value(); });
    EXPECT_EQ(was_stopped, true) << "before the pipeline stops";
  }
  pipeline.stop();
  assets.sweep();

  EXPECT_TRUE(files().empty());
}

TEST_F(PipelineTest, JobOfAnUnknownKindIsDropped) {
  ASSERT_TRUE(store.transact([&](storage::Transaction& transaction) {
    return queue.enqueue(transaction, {.payload = "no asset"});
  }));
  Pipeline pipeline(store, blobs, queue, assets, bus, worker, clock, options);
  Ear ear(bus, owner_viewer());
  pipeline.start();

  EXPECT_TRUE(ear.wait_until([&] { return is_ready(asset); }));

  pipeline.stop();
  EXPECT_EQ(*queue.depth(), 0U);
}

}  // namespace
}  // namespace weike::server
