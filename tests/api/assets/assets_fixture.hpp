#pragma once

#include "api/assets/asset_service.hpp"
#include "model/json.hpp"
#include "storage/blob/memory_blob_store.hpp"
#include "storage/kv/memory_kv_store.hpp"
#include "storage/records/keys.hpp"
#include "storage/records/record.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weike::assets {

class AssetsFixture : public ::testing::Test {
 protected:
  static std::span<const std::byte> bytes_of(const std::string& text) {
    return std::as_bytes(std::span(text));
  }

  AssetId create(AccountId of, const std::string& sha256 = "5a") {
    AssetId id;
    const auto source = "uploads/" + UploadId::make_random().text();
    EXPECT_TRUE(blobs.put(source, bytes_of("video")));
    EXPECT_TRUE(transact([&](storage::Transaction& transaction) -> Result<> {
      const auto made =
          service.create(transaction, {of, kRootUnit, source, sha256, "phone.mp4", 5});
      if (!made) return made.error();
      id = *made;
      return {};
    }));
    return id;
  }
  AssetId create() { return create(owner); }

  void change(AssetId id, const std::function<void(Asset&)>& edit) {
    EXPECT_TRUE(transact([&](storage::Transaction& transaction) -> Result<> {
      auto asset = service.find(transaction, id);
      if (!asset) return asset.error();
      edit(*asset);
      return service.save(transaction, *asset);
    }));
  }

  // A lesson of the owner whose working version shows `working` and whose live one, if any, `live`.
  LessonId put_lesson(AssetId working, VersionState state, std::optional<AssetId> live = {}) {
    Lesson lesson;
    lesson.id = LessonId::make_random();
    lesson.owner = owner;
    lesson.working.state = state;
    lesson.working.content.asset = working;
    if (live) {
      lesson.live = lesson.working;
      lesson.live->state = VersionState::live;
      lesson.live->content.asset = *live;
    }
    EXPECT_TRUE(transact([&](storage::Transaction& transaction) -> Result<> {
      for (const auto asset : {working, live.value_or(working)}) {
        const auto put = transaction.put(storage::keys::lesson_asset(asset, lesson.id), "");
        if (!put) return put;
      }
      return storage::save(transaction, storage::keys::lesson(lesson.id), lesson);
    }));
    return lesson.id;
  }

  // Entries of the index by hash, of whatever hash.
  std::size_t named_sources() {
    const auto first = storage::keys::assets_with_source("");
    const auto last = storage::keys::assets_with_source("\x7f");
    std::size_t count = 0;
    EXPECT_TRUE(store.read([&](storage::Transaction& transaction) -> Result<> {
      count = transaction.scan({first.begin, last.end}, 1'000).value().size();
      return {};
    }));
    return count;
  }

  Result<> transact(const storage::TransactionBody& body) { return store.transact(body); }

  static Viewer with_role(AccountId account, Role role) { return {account, {{role, kRootUnit}}}; }

  const AccountId owner = AccountId::make_random();
  const AccountId other = AccountId::make_random();
  const Viewer owner_viewer = with_role(owner, Role::publisher);

  storage::MemoryKvStore store;
  storage::MemoryBlobStore blobs;
  ManualClock clock;
  storage::JobQueue queue{store, clock};
  events::EventBus bus;
  AssetService service{store, blobs, queue, bus, clock};
};

}  // namespace weike::assets
