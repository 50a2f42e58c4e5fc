#include "api/assets/asset_service.hpp"

#include "api/assets/asset_holds.hpp"
#include "api/http/secret_key.hpp"
#include "api/uploads/quota.hpp"
#include "model/access.hpp"
#include "model/json.hpp"
#include "storage/records/keys.hpp"
#include "storage/records/record.hpp"

#include <algorithm>
#include <limits>

namespace weike::assets {
namespace {

namespace keys = storage::keys;

constexpr std::uint64_t kMaxPlanBytes = std::uint64_t{8} << 20;
// Lessons that name one asset; more are not looked at.
constexpr std::size_t kMaxLessons = 100;

Error no_such_asset() { return {ErrorCode::not_found, "no such asset"}; }

// May `viewer` look at `asset` because of `lesson`, its owner aside?
bool shows(const Viewer& viewer, const Lesson& lesson, AssetId asset) {
  if (lesson.working.content.asset == asset && may_preview(viewer, lesson)) return true;
  const bool is_live_one = lesson.live && lesson.live->content.asset == asset;
  return is_live_one &&
         (viewer.has(Role::reviewer, lesson.unit) || viewer.has(Role::curator, lesson.unit));
}

Result<bool> is_shown_by_lesson(storage::Transaction& transaction, const Viewer& viewer,
                                AssetId asset) {
  const auto entries = transaction.scan(keys::lessons_with_asset(asset), kMaxLessons);
  if (!entries) return entries.error();
  for (const auto& entry : *entries) {
    const auto id = keys::trailing_id<LessonId>(entry.key);
    if (!id) continue;
    const auto lesson = storage::load<Lesson>(transaction, keys::lesson(*id));
    if (!lesson) return lesson.error();
    if (*lesson && shows(viewer, **lesson, asset)) return true;
  }
  return false;
}

storage::JobRequest job_request(const Asset& asset) {
  return {.id = job_of(asset.id), .unit = asset.unit, .payload = asset.id.text()};
}

}  // namespace

AssetService::AssetService(storage::KvStore& store, storage::BlobStore& blobs,
                           storage::JobQueue& queue, events::EventBus& events, const Clock& clock,
                           AssetServiceOptions options)
    : store_(store),
      blobs_(blobs),
      queue_(queue),
      events_(events),
      clock_(clock),
      options_(options),
      plans_(options.cached_plans),
      holds_(std::make_shared<AssetHolds>()) {}

Result<AssetId> AssetService::create(storage::Transaction& transaction, const NewAsset& asset) {
  Asset record;
  record.id = asset.id.value_or(AssetId::make_random());
  record.owner = asset.owner;
  record.unit = asset.unit;
  record.stage = "queued";
  record.source_blob = asset.source_blob;
  record.source_bytes = asset.source_bytes;
  record.file_name = asset.file_name;
  record.trim = asset.trim;
  record.captions = asset.captions;
  record.created_at = clock_.now();
  record.updated_at = record.created_at;
  if (!asset.source_sha256.empty()) {
    auto named = name_source(transaction, record, asset.source_sha256);
    if (!named) return named.error();
  }
  if (auto saved = save(transaction, record); !saved) return saved.error();
  const auto index = keys::asset_of(record.owner, record.created_at, record.id);
  if (auto put = transaction.put(index, ""); !put) return put.error();
  if (auto queued = queue_.enqueue(transaction, job_request(record)); !queued) {
    return queued.error();
  }
  return record.id;
}

Result<Asset> AssetService::find(storage::Transaction& transaction, AssetId id) {
  auto asset = storage::load<Asset>(transaction, keys::asset(id));
  if (!asset) return asset.error();
  if (!*asset) return no_such_asset();
  return std::move(**asset);
}

Result<> AssetService::save(storage::Transaction& transaction, const Asset& asset) {
  return storage::save(transaction, keys::asset(asset.id), asset);
}

Result<> AssetService::name_source(storage::Transaction& transaction, Asset& asset,
                                   std::string sha256) {
  asset.source_sha256 = std::move(sha256);
  return transaction.put(keys::asset_source(asset.source_sha256, asset.id), "");
}

Result<> AssetService::erase(storage::Transaction& transaction, AssetId id) {
  const auto asset = find(transaction, id);
  if (!asset) return asset.error();
  if (auto done = transaction.erase(keys::asset(id)); !done) return done;
  const auto index = keys::asset_of(asset->owner, asset->created_at, id);
  if (auto done = transaction.erase(index); !done) return done;
  if (!asset->source_sha256.empty()) {
    const auto source = keys::asset_source(asset->source_sha256, id);
    if (auto done = transaction.erase(source); !done) return done;
  }
  if (auto done = queue_.cancel(transaction, job_of(id)); !done) return done;
  // However many strangers there are: a source must not go while it is needed.
  constexpr auto kAll = std::numeric_limits<std::size_t>::max();
  const auto others = count_on_source(transaction, *asset, 1, kAll);
  if (!others) return others.error();
  if (*others > 0) return transaction.put(keys::asset_erased(id), "");
  const auto released = uploads::release_bytes(transaction, asset->unit, asset->source_bytes);
  if (!released) return released;
  return transaction.put(keys::asset_erased(id), asset->source_blob);
}

Result<Asset> AssetService::raise_epoch(storage::Transaction& transaction, AssetId id) {
  auto asset = find(transaction, id);
  if (!asset) return asset;
  ++asset->epoch;
  asset->updated_at = clock_.now();
  if (auto saved = save(transaction, *asset); !saved) return saved.error();
  return asset;
}

Result<Asset> AssetService::find_own(storage::Transaction& transaction, const Viewer& viewer,
                                     AssetId id) {
  auto asset = find(transaction, id);
  // Another's asset does not exist for the viewer, so that ids cannot be tried out.
  if (asset && !viewer.is(asset->owner)) return no_such_asset();
  return asset;
}

Result<Asset> AssetService::find_to_change(storage::Transaction& transaction, const Viewer& viewer,
                                           AssetId id) {
  auto asset = find_own(transaction, viewer, id);
  if (asset && !viewer.has(Role::publisher, asset->unit)) {
    return Error{ErrorCode::forbidden, "needs role publisher"};
  }
  return asset;
}

Result<Asset> AssetService::show(const Viewer& viewer, AssetId id) {
  Asset shown;
  const auto body = [&](storage::Transaction& transaction) -> Result<> {
    auto asset = find(transaction, id);
    if (!asset) return asset.error();
    if (!viewer.is(asset->owner)) {
      const auto is_shown = is_shown_by_lesson(transaction, viewer, id);
      if (!is_shown) return is_shown.error();
      if (!*is_shown) return no_such_asset();
    }
    shown = std::move(*asset);
    return {};
  };
  if (auto done = store_.read(body); !done) return done.error();
  return shown;
}

Result<http::CursorSigner> AssetService::cursors() {
  auto key = http::load_or_make_key(store_, "cursor-key");
  if (!key) return key.error();
  return http::CursorSigner(*key, "assets");
}

Result<AssetPage> AssetService::list(const Viewer& viewer, std::string_view cursor,
                                     std::size_t limit) {
  if (!viewer.account) return Error{ErrorCode::unauthorized, "nobody is signed in"};
  const auto signer = cursors();
  if (!signer) return signer.error();
  auto range = keys::assets_of(*viewer.account);
  const auto prefix = range.begin;
  if (!cursor.empty()) {
    const auto position = signer->open(cursor);
    if (!position) return position.error();
    range.begin = prefix + *position + '\0';
  }
  AssetPage page;
  const auto body = [&](storage::Transaction& transaction) -> Result<> {
    page = {};
    const auto entries = transaction.scan(range, limit + 1);
    if (!entries) return entries.error();
    for (std::size_t i = 0; i < std::min(limit, entries->size()); ++i) {
      const auto id = keys::trailing_id<AssetId>((*entries)[i].key);
      auto asset = id ? find(transaction, *id) : no_such_asset();
      if (!asset) return asset.error();
      page.items.push_back(std::move(*asset));
    }
    if (entries->size() > limit) {
      page.next_cursor = signer->seal((*entries)[limit - 1].key.substr(prefix.size()));
    }
    return {};
  };
  if (auto done = store_.read(body); !done) return done.error();
  return page;
}

Result<Asset> AssetService::retry(const Viewer& viewer, AssetId id) {
  Asset retried;
  const auto body = [&](storage::Transaction& transaction) -> Result<> {
    auto asset = find_to_change(transaction, viewer, id);
    if (!asset) return asset.error();
    if (asset->state != AssetState::failed) {
      return Error{ErrorCode::conflict, "the asset has not failed", "asset_not_failed"};
    }
    asset->state = AssetState::queued;
    asset->stage = "queued";
    asset->cause.reset();
    asset->attempts = 0;
    asset->updated_at = clock_.now();
    // The failed job goes, so that the new one starts with all its tries.
    if (auto done = queue_.cancel(transaction, job_of(id)); !done) return done;
    if (auto done = queue_.enqueue(transaction, job_request(*asset)); !done) return done;
    retried = *asset;
    return save(transaction, *asset);
  };
  if (auto done = store_.transact(body); !done) return done.error();
  events_.publish(event_of(retried));
  return retried;
}

Result<> AssetService::remove(const Viewer& viewer, AssetId id) {
  const auto body = [&](storage::Transaction& transaction) -> Result<> {
    const auto asset = find_own(transaction, viewer, id);
    if (!asset) return asset.error();
    const auto lessons = transaction.scan(keys::lessons_with_asset(id), 1);
    if (!lessons) return lessons.error();
    if (!lessons->empty()) {
      return Error{ErrorCode::conflict, "a lesson names the asset", "asset_in_use"};
    }
    return erase(transaction, id);
  };
  if (auto done = store_.transact(body); !done) return done;
  sweep();
  return {};
}

Standing AssetService::standing(const Asset& asset) {
  Standing standing;
  if (asset.state == AssetState::queued) {
    const auto place = queue_.place(job_of(asset.id));
    if (place) standing.queue_place = *place;
  }
  if (forecaster_ != nullptr) {
    standing.forecast = forecaster_->until_ready(asset, standing.queue_place);
  }
  return standing;
}

Result<media::Plan> AssetService::plan(AssetId id) {
  if (const auto cached = plans_.get(id)) return **cached;
  const auto text = blobs_.read(blob_name(id, "plan.json"), kMaxPlanBytes);
  if (!text) return text.error();
  try {
    auto plan = std::make_shared<const media::Plan>(nlohmann::json::parse(*text));
    plans_.put(id, plan);
    return *plan;
  } catch (const nlohmann::json::exception& error) {
    return Error{ErrorCode::corrupt, std::string("plan of an asset: ") + error.what()};
  }
}

}  // namespace weike::assets
