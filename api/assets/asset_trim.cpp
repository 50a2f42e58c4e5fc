#include "api/assets/asset_service.hpp"
#include "api/captions/cut_captions.hpp"
#include "storage/records/keys.hpp"

namespace weike::assets {
namespace {

namespace keys = storage::keys;

constexpr std::int64_t kShortestMs = 1'000;
// Assets on the bytes of one source; each keeps renditions of its own.
constexpr std::size_t kMaxOnOneSource = 20;
constexpr std::size_t kScanBatch = 50;
// Entries of one hash; how many strangers sent the same bytes is not for one request to find out.
constexpr std::size_t kMaxLookedAt = 1'000;

Result<> check_points(const AssetTrim& trim, std::int64_t duration_ms) {
  const auto refuse = [](const char* reason, const char* field) {
    return Error{ErrorCode::invalid_argument, "the points of a trim", reason, field};
  };
  if (trim.in_ms < 0 || trim.in_ms >= duration_ms) return refuse("trim_outside", "in_ms");
  if (trim.out_ms > duration_ms) return refuse("trim_outside", "out_ms");
  if (trim.out_ms - trim.in_ms < kShortestMs) return refuse("trim_too_short", "out_ms");
  return {};
}

}  // namespace

Result<Asset> AssetService::trim(const Viewer& viewer, AssetId id, const AssetTrim& trim) {
  Asset whole;
  const auto look = [&](storage::Transaction& transaction) -> Result<> {
    auto found = find_to_trim(transaction, viewer, id, trim);
    if (!found) return found.error();
    whole = std::move(*found);
    return {};
  };
  if (auto done = store_.read(look); !done) return done.error();
  if (auto room = check_disk(whole.source_bytes); !room) return room.error();
  const auto kept = hold(id);
  const auto cut = AssetId::make_random();
  const auto captions = captions::cut_captions(blobs_, whole, trim, cut);
  Asset made;
  const auto body = [&](storage::Transaction& transaction) -> Result<> {
    auto asset = make_cut(transaction, viewer, id, trim, {cut, *captions});
    if (!asset) return asset.error();
    made = std::move(*asset);
    return {};
  };
  const auto done = captions ? store_.transact(body) : captions.error();
  if (!done) {
    [[maybe_unused]] const auto tidied = blobs_.erase_all(blob_name(cut, ""));
    return done.error();
  }
  events_.publish(event_of(made));
  return made;
}

Result<Asset> AssetService::find_to_trim(storage::Transaction& transaction, const Viewer& viewer,
                                         AssetId id, const AssetTrim& trim) {
  auto whole = find_to_change(transaction, viewer, id);
  if (!whole) return whole;
  const bool is_probed = whole->has_plan && !whole->source_sha256.empty();
  if (!is_probed || whole->state == AssetState::rejected) {
    return Error{ErrorCode::conflict, "nothing is known about the source", "asset_not_probed"};
  }
  if (auto sound = check_points(trim, whole->duration_ms); !sound) return sound.error();
  return whole;
}

Result<Asset> AssetService::make_cut(storage::Transaction& transaction, const Viewer& viewer,
                                     AssetId id, const AssetTrim& trim, const Cut& cut) {
  const auto whole = find_to_trim(transaction, viewer, id, trim);
  if (!whole) return whole;
  const auto others = count_on_source(transaction, *whole, kMaxOnOneSource - 1, kMaxLookedAt);
  if (!others) return others.error();
  if (*others >= kMaxOnOneSource - 1) {
    return Error{ErrorCode::conflict, "too many cuts of one source", "too_many_cuts"};
  }
  // An asset that is a cut itself is trimmed as its owner sees it.
  const std::int64_t before = whole->trim ? whole->trim->in_ms : 0;
  const AssetTrim part{before + trim.in_ms, before + trim.out_ms};
  // Sources that came before this index have no entry in it yet.
  const auto indexed = transaction.put(keys::asset_source(whole->source_sha256, whole->id), "");
  if (!indexed) return indexed.error();
  const auto made = create(transaction, {.owner = whole->owner,
                                         .unit = whole->unit,
                                         .source_blob = whole->source_blob,
                                         .source_sha256 = whole->source_sha256,
                                         .file_name = whole->file_name,
                                         .source_bytes = whole->source_bytes,
                                         .trim = part,
                                         .id = cut.id,
                                         .captions = cut.captions});
  if (!made) return made.error();
  return find(transaction, *made);
}

Result<> AssetService::check_disk(std::uint64_t bytes) {
  const auto free = blobs_.free_bytes();
  if (!free) return free.error();
  if (*free < options_.disk_reserve_bytes || *free - options_.disk_reserve_bytes < bytes) {
    return Error{ErrorCode::out_of_space, "not enough free disk for the renditions"};
  }
  return {};
}

Result<std::size_t> AssetService::count_on_source(storage::Transaction& transaction,
                                                  const Asset& asset, std::size_t most,
                                                  std::size_t looked_at) {
  // Cuts come after the probe, so after the hash.
  if (asset.source_sha256.empty()) return std::size_t{0};
  auto range = keys::assets_with_source(asset.source_sha256);
  std::size_t count = 0;
  for (std::size_t looked = 0; looked < looked_at;) {
    const auto entries = transaction.scan(range, kScanBatch);
    if (!entries) return entries.error();
    for (const auto& entry : *entries) {
      const auto id = keys::trailing_id<AssetId>(entry.key);
      if (!id || *id == asset.id) continue;
      const auto other = find(transaction, *id);
      if (!other) return other.error();
      // Equal bytes that came with another upload are a source of their own.
      if (other->source_blob == asset.source_blob && ++count == most) return count;
    }
    if (entries->size() < kScanBatch) break;
    looked += entries->size();
    range.begin = entries->back().key + '\0';
  }
  return count;
}

}  // namespace weike::assets
