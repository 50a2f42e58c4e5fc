#include "api/assets/asset_service.hpp"
#include "storage/records/keys.hpp"

namespace weike::assets {
namespace {

namespace keys = storage::keys;

constexpr std::int64_t kShortestMs = 1'000;
// Assets on the bytes of one source; each keeps renditions of its own.
constexpr std::size_t kMaxOnOneSource = 20;
constexpr std::size_t kScanBatch = 50;

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
  Asset made;
  const auto body = [&](storage::Transaction& transaction) -> Result<> {
    const auto whole = find_own(transaction, viewer, id);
    if (!whole) return whole.error();
    if (!whole->has_plan || whole->state == AssetState::rejected) {
      return Error{ErrorCode::conflict, "nothing is known about the source", "asset_not_probed"};
    }
    if (auto sound = check_points(trim, whole->duration_ms); !sound) return sound;
    const auto others =
        transaction.scan(keys::assets_with_source(whole->source_sha256), kMaxOnOneSource);
    if (!others) return others.error();
    if (others->size() >= kMaxOnOneSource) {
      return Error{ErrorCode::conflict, "too many cuts of one source", "too_many_cuts"};
    }
    // An asset that is a cut itself is trimmed as its owner sees it.
    const std::int64_t before = whole->trim ? whole->trim->in_ms : 0;
    const AssetTrim part{before + trim.in_ms, before + trim.out_ms};
    // Sources that came before this index have no entry in it yet.
    const auto indexed = transaction.put(keys::asset_source(whole->source_sha256, whole->id), "");
    if (!indexed) return indexed;
    const auto cut = create(transaction, {.owner = whole->owner,
                                          .unit = whole->unit,
                                          .source_blob = whole->source_blob,
                                          .source_sha256 = whole->source_sha256,
                                          .file_name = whole->file_name,
                                          .source_bytes = whole->source_bytes,
                                          .trim = part});
    if (!cut) return cut.error();
    auto stored = find(transaction, *cut);
    if (!stored) return stored.error();
    made = std::move(*stored);
    return {};
  };
  if (auto done = store_.transact(body); !done) return done.error();
  events_.publish(event_of(made));
  return made;
}

Result<bool> AssetService::is_source_shared(storage::Transaction& transaction, const Asset& asset) {
  auto range = keys::assets_with_source(asset.source_sha256);
  while (true) {
    const auto entries = transaction.scan(range, kScanBatch);
    if (!entries) return entries.error();
    for (const auto& entry : *entries) {
      const auto id = keys::trailing_id<AssetId>(entry.key);
      if (!id || *id == asset.id) continue;
      const auto other = find(transaction, *id);
      if (!other) return other.error();
      if (other->source_blob == asset.source_blob) return true;
    }
    if (entries->size() < kScanBatch) return false;
    range.begin = entries->back().key + '\0';
  }
}

}  // namespace weike::assets
