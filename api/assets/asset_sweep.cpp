#include "api/assets/asset_holds.hpp"
#include "api/assets/asset_service.hpp"
#include "storage/records/keys.hpp"

namespace weike::assets {
namespace {

namespace keys = storage::keys;

constexpr std::size_t kSweepBatch = 64;
constexpr std::size_t kSegmentBatch = 500;

}  // namespace

void AssetService::sweep() {
  std::vector<storage::KeyValue> erased;
  const auto body = [&](storage::Transaction& transaction) -> Result<> {
    auto entries = transaction.scan(keys::assets_erased(), kSweepBatch);
    if (!entries) return entries.error();
    erased = std::move(*entries);
    return {};
  };
  if (!store_.read(body)) return;  // The next sweep finds the same.
  for (const auto& [key, source_blob] : erased) {
    const auto id = keys::trailing_id<AssetId>(key);
    if (!id || is_held(*id) || !free_disk(*id, source_blob)) continue;
    plans_.erase_if([&](AssetId other, const auto&) { return other == *id; });
    [[maybe_unused]] const auto forgotten =
        store_.transact([&](storage::Transaction& transaction) { return transaction.erase(key); });
  }
}

Result<> AssetService::free_disk(AssetId id, const std::string& source_blob) {
  if (auto done = blobs_.erase_all(blob_name(id, "")); !done) return done;
  if (!source_blob.empty()) {  // Else another asset still needs it.
    if (auto done = blobs_.erase(source_blob); !done) return done;
  }
  return forget_segments(id);
}

Result<> AssetService::forget_segments(AssetId id) {
  for (const auto& range : {keys::segments_of(id), keys::observations_of(id)}) {
    if (auto done = forget(range); !done) return done;
  }
  return {};
}

Result<> AssetService::forget(const storage::KeyRange& range) {
  std::size_t forgotten = kSegmentBatch;
  while (forgotten == kSegmentBatch) {
    const auto body = [&](storage::Transaction& transaction) -> Result<> {
      const auto entries = transaction.scan(range, kSegmentBatch);
      if (!entries) return entries.error();
      forgotten = entries->size();
      for (const auto& entry : *entries) {
        if (auto done = transaction.erase(entry.key); !done) return done;
      }
      return {};
    };
    if (auto done = store_.transact(body); !done) return done;
  }
  return {};
}

std::shared_ptr<void> AssetService::hold(AssetId id) {
  holds_->add(id);
  return {nullptr, [holds = holds_, id](void*) { holds->remove(id); }};
}

bool AssetService::is_held(AssetId id) { return holds_->contains(id); }

}  // namespace weike::assets
