#pragma once

#include "api/assets/forecaster.hpp"
#include "api/events/event_bus.hpp"
#include "api/http/cursor.hpp"
#include "api/http/message.hpp"
#include "media/package/playlists.hpp"
#include "media/plan/plan.hpp"
#include "model/asset.hpp"
#include "model/bounded_map.hpp"
#include "model/role.hpp"
#include "storage/blob/blob_store.hpp"
#include "storage/kv/kv_store.hpp"
#include "storage/queue/job_queue.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weike::assets {

class AssetHolds;

struct NewAsset {
  AccountId owner;
  UnitId unit;
  std::string source_blob;
  std::string source_sha256 = {};  // Lower-case hex; empty while nobody has hashed it.
  std::string file_name;
  std::uint64_t source_bytes = 0;
  std::optional<AssetTrim> trim = {};
  std::optional<AssetId> id = {};  // Nothing: a new one.
  std::vector<Captions> captions = {};
};

struct AssetServiceOptions {
  // Plans kept parsed in memory; one of a 30 minute lesson takes about 40 KiB.
  std::size_t cached_plans = 256;
  // Trims leave so much of the disk free; the server gives what uploads leave.
  std::uint64_t disk_reserve_bytes = 0;
};

// How an asset stands that is not finished yet.
struct Standing {
  std::optional<std::size_t> queue_place;  // How many jobs come before a queued asset's.
  std::optional<Milliseconds> forecast;    // From now until it is ready.
};

struct AssetPage {
  std::vector<Asset> items;
  std::optional<std::string> next_cursor;
};

// The videos behind lessons: their records, who may see them, and how their disk is freed. The work
// on them is server/jobs. Threads may share it.
class AssetService {
 public:
  AssetService(storage::KvStore& store, storage::BlobStore& blobs, storage::JobQueue& queue,
               events::EventBus& events, const Clock& clock, AssetServiceOptions options = {});

  // In the caller's transaction: the asset, its index entry and its job exist together or not at
  // all.
  Result<AssetId> create(storage::Transaction& transaction, const NewAsset& asset);
  // `not_found` if there is none.
  Result<Asset> find(storage::Transaction& transaction, AssetId id);
  Result<> save(storage::Transaction& transaction, const Asset& asset);
  // In the caller's transaction, who then saves `asset`: its source has this hash, and the asset is
  // found by it. Once.
  Result<> name_source(storage::Transaction& transaction, Asset& asset, std::string sha256);
  // In the caller's transaction: the record is gone, its job cancelled; the bytes go with the next
  // `sweep`, those of the source with the last asset on it. Asks nobody whether a lesson uses it;
  // `remove` does.
  Result<> erase(storage::Transaction& transaction, AssetId id);
  // Media URLs that were signed for an earlier epoch stop working.
  Result<Asset> raise_epoch(storage::Transaction& transaction, AssetId id);

  // What `viewer` may see of it: the owner, and whoever may preview a lesson with it. Else
  // `not_found`.
  Result<Asset> show(const Viewer& viewer, AssetId id);
  // Own assets, newest first; an empty `cursor` begins. `invalid_argument`, reason
  // "invalid_cursor".
  Result<AssetPage> list(const Viewer& viewer, std::string_view cursor, std::size_t limit);
  // A failed asset gets its tries back and waits for its turn. `conflict`, reason
  // "asset_not_failed", in any other state; `forbidden` for an owner who is no publisher any more.
  Result<Asset> retry(const Viewer& viewer, AssetId id);
  // Another asset of what `id` shows between two points, in milliseconds; the source is shared, not
  // sent again, and its captions come along, cut to the part. `conflict`, reason asset_not_probed
  // or too_many_cuts; `invalid_argument` with the field, reason trim_outside or trim_too_short
  // (under a second); `forbidden` for an owner who is no publisher any more; `out_of_space`.
  Result<Asset> trim(const Viewer& viewer, AssetId id, const AssetTrim& trim);
  // `conflict`, reason "asset_in_use", while a lesson names it.
  Result<> remove(const Viewer& viewer, AssetId id);

  Standing standing(const Asset& asset);
  // Who forecasts for `standing`; nobody at first. Set before threads share the service; outlives
  // their use of it.
  void set_forecaster(const Forecaster* forecaster) { forecaster_ = forecaster; }
  // `not_found` before the probe is done.
  Result<media::Plan> plan(AssetId id);

  // Frees the disk of erased assets, but of none that is held.
  void sweep();
  // Keeps `sweep` away from an asset's bytes while somebody makes more of them.
  std::shared_ptr<void> hold(AssetId id);

 private:
  // The asset that a trim makes, as far as it is known before its record.
  struct Cut {
    AssetId id;
    std::vector<Captions> captions;
  };

  Result<Asset> find_own(storage::Transaction& transaction, const Viewer& viewer, AssetId id);
  // One's own, for as long as one is a publisher.
  Result<Asset> find_to_change(storage::Transaction& transaction, const Viewer& viewer, AssetId id);
  Result<Asset> find_to_trim(storage::Transaction& transaction, const Viewer& viewer, AssetId id,
                             const AssetTrim& trim);
  Result<Asset> make_cut(storage::Transaction& transaction, const Viewer& viewer, AssetId id,
                         const AssetTrim& trim, const Cut& cut);
  Result<> check_disk(std::uint64_t bytes);
  Result<http::CursorSigner> cursors();
  // How many other assets need the bytes of this one's source. Counts up to `most` and looks at
  // about `looked_at` assets whose source has the same hash. Without a hash: none.
  Result<std::size_t> count_on_source(storage::Transaction& transaction, const Asset& asset,
                                      std::size_t most, std::size_t looked_at);
  Result<> free_disk(AssetId id, const std::string& source_blob);
  // Their journal and the notes on them.
  Result<> forget_segments(AssetId id);
  Result<> forget(const storage::KeyRange& range);
  bool is_held(AssetId id);

  storage::KvStore& store_;
  storage::BlobStore& blobs_;
  storage::JobQueue& queue_;
  events::EventBus& events_;
  const Clock& clock_;
  const AssetServiceOptions options_;
  const Forecaster* forecaster_ = nullptr;

  BoundedMap<AssetId, std::shared_ptr<const media::Plan>> plans_;
  std::shared_ptr<AssetHolds> holds_;  // Outlives the service if a hold does.
};

// Signed paths for one viewer; null where there is nothing to show yet.
struct AssetUrls {
  nlohmann::json hls = nullptr;
  nlohmann::json poster = nullptr;
  nlohmann::json poster_small = nullptr;
  nlohmann::json storyboard = nullptr;
  // For each candidate {candidate, poster_url, poster_small_url, crops: [{shape,
  // jpeg_url, webp_url}]}.
  nlohmann::json covers = nlohmann::json::array();
};

// The asset as the API shows it.
nlohmann::json to_wire(const Asset& asset, http::Language language, const Standing& standing,
                       const AssetUrls& urls = {});

nlohmann::json to_wire(const Captions& captions);

// The news that an asset changed, for its owner.
events::Event event_of(const Asset& asset, std::optional<Milliseconds> forecast = std::nullopt);

// The one job of an asset has the asset's bytes as its id.
JobId job_of(AssetId id);
// "assets/{id}/{file}".
std::string blob_name(AssetId id, std::string_view file);
// What the master playlist declares once the asset is ready; empty before.
std::vector<media::MeasuredRate> measured_rates(const Asset& asset);

}  // namespace weike::assets
