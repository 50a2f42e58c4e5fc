#pragma once

#include "api/assets/asset_service.hpp"
#include "server/jobs/asset_job.hpp"
#include "storage/blob/memory_blob_store.hpp"
#include "storage/kv/memory_kv_store.hpp"
#include "storage/records/keys.hpp"
#include "storage/records/record.hpp"
#include "tests/server/jobs/fake_worker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weike::server {

// Stores in memory, a clock that stands still, a worker that makes files of nothing: the whole life
// of an asset, step by step in the test's own thread.
class JobsFixture : public ::testing::Test {
 protected:
  explicit JobsFixture(std::uint32_t segments = 7) : JobsFixture(plan_of(segments)) {}
  explicit JobsFixture(media::Plan plan) : worker(std::move(plan)) {}

  void SetUp() override { asset = create_asset(); }

  AssetId create_asset() { return create_asset(UploadId::make_random().text()); }
  // Of a source that others may have too.
  AssetId create_asset(const std::string& sha256) { return create_asset(sha256, owner, kRootUnit); }
  // As an upload leaves it: nobody knows its hash.
  AssetId create_uploaded(const std::string& bytes) {
    return create_asset("", owner, kRootUnit, bytes);
  }
  AssetId create_asset(const std::string& sha256, AccountId of, UnitId unit,
                       const std::string& bytes = "a video") {
    const auto source = "uploads/" + UploadId::make_random().text();
    EXPECT_TRUE(blobs.put(source, std::as_bytes(std::span(bytes))));
    AssetId id;
    const auto done = store.transact([&](storage::Transaction& transaction) -> Result<> {
      const auto made =
          assets.create(transaction, {of, unit, source, sha256, "phone.mp4", bytes.size()});
      if (!made) return made.error();
      id = *made;
      return {};
    });
    EXPECT_TRUE(done);
    return id;
  }

  Asset find(AssetId id) {
    Asset found;
    const auto done = store.read([&](storage::Transaction& transaction) -> Result<> {
      const auto loaded = assets.find(transaction, id);
      if (!loaded) return loaded.error();
      found = *loaded;
      return {};
    });
    EXPECT_TRUE(done) << id.text();
    return found;
  }
  Asset find() { return find(asset); }

  // Leases the next job, of `kind`, and does all its units, one after the other.
  void work(JobKind kind = JobKind::lesson) {
    auto lease = queue.lease();
    ASSERT_TRUE(lease);
    ASSERT_TRUE(*lease) << "there is no job";
    const auto order = JobOrder::parse((*lease)->payload);
    ASSERT_TRUE(order && order->kind == kind);
    AssetJob job(workshop, **lease, order->asset, kind);
    while (const auto unit = job.take_unit()) job.run(*unit);
  }

  // All files of the asset in the blob store, without its prefix.
  std::vector<std::string> files() {
    const auto prefix = assets::blob_name(asset, "");
    auto names = blobs.list(prefix, 10'000);
    EXPECT_TRUE(names);
    for (auto& name : *names) name.erase(0, prefix.size());
    return *names;
  }

  std::size_t journal_entries() {
    std::size_t count = 0;
    const auto done = store.read([&](storage::Transaction& transaction) -> Result<> {
      const auto entries = transaction.scan(storage::keys::segments_of(asset), 10'000);
      if (!entries) return entries.error();
      count = entries->size();
      return {};
    });
    EXPECT_TRUE(done);
    return count;
  }

  Viewer owner_viewer() const { return {owner, {{Role::publisher, kRootUnit}}}; }

  const AccountId owner = AccountId::make_random();
  storage::MemoryKvStore store;
  storage::MemoryBlobStore blobs;
  ManualClock clock;
  storage::JobQueue queue{store, clock};
  events::EventBus bus;
  assets::AssetService assets{store, blobs, queue, bus, clock};
  FakeWorker worker;
  std::vector<std::string> log;
  Workshop workshop{store, blobs, queue, assets, bus, worker, clock, options()};
  AssetId asset;

 private:
  PipelineOptions options() {
    PipelineOptions made;
    made.journal = Milliseconds{0};
    made.log = [this](std::string_view event, AssetId, std::string_view) {
      log.emplace_back(event);
    };
    return made;
  }
};

}  // namespace weike::server
