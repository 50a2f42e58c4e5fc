// The whole line on real media: a file of the blob store, real children in the real sandbox.
#include "api/assets/asset_service.hpp"
#include "media/sandbox/sandboxed_worker.hpp"
#include "server/jobs/pipeline.hpp"
#include "server/jobs/reel_winder.hpp"
#include "storage/blob/file_blob_store.hpp"
#include "storage/kv/memory_kv_store.hpp"
#include "tests/media/clips.hpp"
#include "tests/server/jobs/ear.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>

namespace weike::server {
namespace {

namespace fs = std::filesystem;

constexpr auto kSourceHash = "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a";

std::string media_child() {
  return fs::read_symlink("/proc/self/exe").parent_path() / "media_child";
}

std::string content_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// A segment that is made once more leaves its file as it is; only who makes them can tell.
class SegmentCount final : public JobObserver {
 public:
  void on_segment(std::uint64_t) override { ++made; }
  std::atomic<std::size_t> made = 0;
};

class RealMediaTest : public ::testing::Test {
 protected:
  RealMediaTest() {
    media::SandboxOptions sandbox;
    sandbox.program = media_child();
    worker = std::make_unique<media::SandboxedWorker>(sandbox);
    options.poll = Milliseconds{20};
    options.observer = &count;
  }

  AssetId bring(const std::string& content) {
    const auto source = "uploads/" + UploadId::make_random().text();
    EXPECT_TRUE(blobs->put(source, std::as_bytes(std::span(content))));
    AssetId id;
    EXPECT_TRUE(store.transact([&](storage::Transaction& transaction) -> Result<> {
      const auto made = assets.create(
          transaction, {owner, kRootUnit, source, kSourceHash, "clip.mp4", content.size()});
      if (!made) return made.error();
      id = *made;
      return {};
    }));
    return id;
  }

  Asset find(AssetId id) { return assets.show(Viewer{owner, {}}, id).value(); }

  bool is_settled(AssetId id) {
    const auto state = find(id).state;
    return state == AssetState::ready || state == AssetState::rejected ||
           state == AssetState::failed;
  }

  // Runs a pipeline until `is_done`; false if that takes too long.
  bool run_until(const std::function<bool()>& is_done) {
    Ear ear(events, Viewer{owner, {}});
    Pipeline pipeline(store, *blobs, queue, assets, events, *worker, clock, options);
    pipeline.start();
    return ear.wait_until(is_done, std::chrono::seconds{60});
  }

  std::size_t segments(AssetId id) {
    const auto names = blobs->list(assets::blob_name(id, ""), 10'000).value();
    return static_cast<std::size_t>(
        std::count_if(names.begin(), names.end(),
                      [](const std::string& name) { return name.ends_with(".m4s"); }));
  }

  std::string clip(double seconds) {
    const auto file = sources.path("clip.mp4");
    media::test::make_clip(file, media::test::pattern(640, 360, "25", seconds) + " " +
                                     media::test::tone(seconds) + " -shortest");
    return content_of(file);
  }

  media::test::TempFolder folder;
  media::test::TempFolder sources;
  const AccountId owner = AccountId::make_random();
  storage::MemoryKvStore store;
  std::unique_ptr<storage::BlobStore> blobs =
      storage::FileBlobStore::open_at(folder.path("")).value();
  SystemClock clock;
  storage::JobQueue queue{store, clock, {.retry_delay = Milliseconds{10}}};
  events::EventBus events;
  assets::AssetService assets{store, *blobs, queue, events, clock};
  std::unique_ptr<media::Worker> worker;
  SegmentCount count;
  PipelineOptions options;
};

TEST_F(RealMediaTest, ClipBecomesReadyWithEveryFileItsPlanNames) {
  const auto id = bring(clip(5));

  ASSERT_TRUE(run_until([&] { return is_settled(id); }));

  const auto asset = find(id);
  ASSERT_EQ(asset.state, AssetState::ready) << (asset.cause ? asset.cause->detail : "");
  EXPECT_NEAR(asset.duration_ms, 5000, 100);
  EXPECT_EQ(asset.height, 360U);
  EXPECT_TRUE(asset.has_audio);
  EXPECT_FALSE(asset.placeholder(3).empty());
  for (const auto& rendition : asset.renditions)
    EXPECT_EQ(rendition.iframe_peak_bps > 0, rendition.name.starts_with('v')) << rendition.name;
  for (const auto& file : media::media_files(assets.plan(id).value())) {
    const auto size = blobs->stat(assets::blob_name(id, file)).value();
    EXPECT_TRUE(size && *size > 0) << file;
  }
}

TEST_F(RealMediaTest, ReelHasAPictureForEachTileOfTheStoryboard) {
  const auto id = bring(clip(9));
  ASSERT_TRUE(run_until([&] { return is_settled(id); }));
  const auto plan = assets.plan(id).value();

  const auto reel = wind_reel(*blobs, id, plan);

  ASSERT_TRUE(reel) << reel.error().message;
  std::string film(reel->size_bytes(), '\0');
  ASSERT_EQ(::pread(reel->descriptor(), film.data(), film.size(), 0),
            static_cast<ssize_t>(film.size()));
  const auto file = sources.path("reel.mp4");
  media::test::write_file(file, film);
  EXPECT_EQ(media::test::output_of("ffprobe -v error -show_entries frame=pict_type -of csv=p=0 '" +
                                   file.string() + "'"),
            "I\nI\nI\nI\nI\n");
}

TEST_F(RealMediaTest, SegmentsOfAnEarlierRunAreNotMadeAgain) {
  const auto id = bring(clip(8));
  ASSERT_TRUE(run_until([&] { return find(id).is_playable; }));
  const auto before = segments(id);
  ASSERT_GT(before, 0U);
  count.made = 0;

  ASSERT_TRUE(run_until([&] { return is_settled(id); }));

  ASSERT_EQ(find(id).state, AssetState::ready);
  ASSERT_GT(segments(id), before) << "something was left to make";
  EXPECT_EQ(count.made, segments(id) - before);
}

struct Hostile {
  const char* name;
  std::string content;
  const char* cause;
};
class HostileInput : public RealMediaTest, public ::testing::WithParamInterface<Hostile> {};

TEST_P(HostileInput, IsRejectedWithinFiveSeconds) {
  const auto id = bring(GetParam().content);
  const auto begun = std::chrono::steady_clock::now();

  ASSERT_TRUE(run_until([&] { return is_settled(id); }));

  const auto asset = find(id);
  EXPECT_EQ(asset.state, AssetState::rejected);
  ASSERT_TRUE(asset.cause);
  EXPECT_EQ(asset.cause->code, GetParam().cause) << asset.cause->detail;
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds{5});
}

INSTANTIATE_TEST_SUITE_P(
    Sources, HostileInput,
    ::testing::Values(
        Hostile{"text", "This is no video at all.\n", "unsupported_container"},
        Hostile{
            "playlist",
            "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
            "unsupported_container"},
        Hostile{"concat", "ffconcat version 1.0\nfile /etc/passwd\n", "unsupported_container"},
        Hostile{"zeros", std::string(100'000, '\0'), "unsupported_container"}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace weike::server
