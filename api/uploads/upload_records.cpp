#include "api/uploads/upload_records.hpp"

#include "api/uploads/quota.hpp"
#include "storage/records/keys.hpp"
#include "storage/records/record.hpp"

#include <algorithm>

namespace weike::uploads {
namespace {

namespace keys = storage::keys;
using storage::Transaction;

Error no_such_upload() { return {ErrorCode::not_found, "no such upload"}; }

// The record and its place in the expiry index, which `old_expiry` leaves.
Result<> put(Transaction& transaction, const Upload& upload, Timestamp old_expiry) {
  if (old_expiry != upload.expires_at) {
    auto moved = transaction.erase(keys::upload_expiry(old_expiry, upload.id));
    if (!moved) return moved.error();
  }
  auto indexed = transaction.put(keys::upload_expiry(upload.expires_at, upload.id), "");
  if (!indexed) return indexed.error();
  return storage::save(transaction, keys::upload(upload.id), upload);
}

// The state that `upload` was read in still stands.
Result<> check_unchanged(Transaction& transaction, const Upload& upload, UploadState state) {
  auto stored = storage::load<Upload>(transaction, keys::upload(upload.id));
  if (!stored) return stored.error();
  if (!*stored || (*stored)->state != state) return no_such_upload();
  return {};
}

}  // namespace

Result<> UploadRecords::insert(const Upload& upload) {
  return store_.transact([&](Transaction& transaction) -> Result<> {
    auto others =
        transaction.scan(keys::uploads_of(upload.owner), options_.max_unfinished_per_person);
    if (!others) return others.error();
    if (others->size() >= options_.max_unfinished_per_person) {
      return Error{ErrorCode::rate_limited, "too many unfinished uploads", "too_many_uploads"};
    }
    auto reserved =
        reserve_bytes(transaction, upload.unit, upload.reserved_bytes, options_.unit_quota_bytes);
    if (!reserved) return reserved.error();
    auto indexed = transaction.put(keys::upload_of(upload.owner, upload.id), "");
    if (!indexed) return indexed.error();
    return put(transaction, upload, upload.expires_at);
  });
}

Result<std::optional<Upload>> UploadRecords::find(UploadId id) {
  Result<std::optional<Upload>> found = std::optional<Upload>{};
  auto done = store_.read([&](Transaction& transaction) -> Result<> {
    found = storage::load<Upload>(transaction, keys::upload(id));
    return {};
  });
  if (!done) return done.error();
  return found;
}

Result<std::vector<Upload>> UploadRecords::unfinished(AccountId owner) {
  std::vector<Upload> uploads;
  auto done = store_.read([&](Transaction& transaction) -> Result<> {
    auto entries = transaction.scan(keys::uploads_of(owner), options_.max_unfinished_per_person);
    if (!entries) return entries.error();
    for (const auto& entry : *entries) {
      const auto id = keys::trailing_id<UploadId>(entry.key);
      auto upload = storage::load<Upload>(transaction, keys::upload(*id));
      if (!upload) return upload.error();
      if (*upload) uploads.push_back(std::move(**upload));
    }
    return {};
  });
  if (!done) return done.error();
  return uploads;
}

// Runs `body`, which may change `upload` and sees it as it was at each try.
Result<> UploadRecords::change(Upload& upload, const storage::TransactionBody& body) {
  const Upload before = upload;
  auto done = store_.transact([&](Transaction& transaction) -> Result<> {
    upload = before;
    auto same = check_unchanged(transaction, before, before.state);
    if (!same) return same.error();
    return body(transaction);
  });
  if (!done) upload = before;
  return done;
}

Result<> UploadRecords::save_progress(Upload& upload) {
  return change(upload, [&](Transaction& transaction) -> Result<> {
    const auto old_expiry = std::exchange(upload.expires_at, clock_.now() + options_.lifetime);
    return put(transaction, upload, old_expiry);
  });
}

Result<> UploadRecords::reserve(Upload& upload, std::uint64_t wanted_bytes,
                                std::uint64_t hoped_bytes) {
  if (wanted_bytes <= upload.reserved_bytes) return {};
  return change(upload, [&](Transaction& transaction) -> Result<> {
    const auto quota = options_.unit_quota_bytes;
    auto used = used_bytes(transaction, upload.unit);
    if (!used) return used.error();
    const auto free = quota - std::min(quota, *used);
    const auto hoped = std::min(hoped_bytes, upload.reserved_bytes + free);
    const auto target = std::max(wanted_bytes, hoped);
    auto reserved = reserve_bytes(transaction, upload.unit, target - upload.reserved_bytes, quota);
    if (!reserved) return reserved.error();
    upload.reserved_bytes = target;
    // Only the share changes here: the offset counts once its bytes are durable.
    auto stored = storage::load<Upload>(transaction, keys::upload(upload.id));
    if (!stored) return stored.error();
    (*stored)->reserved_bytes = target;
    return storage::save(transaction, keys::upload(upload.id), **stored);
  });
}

Result<> UploadRecords::complete(Upload& upload, assets::AssetService& assets) {
  return change(upload, [&](Transaction& transaction) -> Result<> {
    auto asset = assets.create(transaction, {.owner = upload.owner,
                                             .unit = upload.unit,
                                             .source_blob = upload.blob_name(),
                                             .file_name = upload.file_name,
                                             .source_bytes = upload.offset_bytes});
    if (!asset) return asset.error();
    const auto spare = upload.reserved_bytes - std::min(upload.reserved_bytes, upload.offset_bytes);
    auto released = release_bytes(transaction, upload.unit, spare);
    if (!released) return released.error();
    auto unlisted = transaction.erase(keys::upload_of(upload.owner, upload.id));
    if (!unlisted) return unlisted.error();
    const auto old_expiry = std::exchange(upload.expires_at, clock_.now() + options_.remembered);
    upload.state = UploadState::complete;
    upload.asset = *asset;
    upload.has_blob = false;  // It is the asset's now.
    upload.reserved_bytes = upload.offset_bytes;
    return put(transaction, upload, old_expiry);
  });
}

Result<std::optional<Glance>> UploadRecords::glance(UploadId id) {
  std::optional<Glance> found;
  auto done = store_.read([&](Transaction& transaction) -> Result<> {
    auto stored = storage::load<Glance>(transaction, keys::upload_glance(id));
    if (!stored) return stored.error();
    found = std::move(*stored);
    return {};
  });
  if (!done) return done.error();
  return found;
}

Result<std::optional<Glance>> UploadRecords::heed_glance(Upload& upload) {
  auto found = glance(upload.id);
  if (!found || !*found || !(*found)->cause) return found;
  if (upload.state == UploadState::receiving) {
    if (auto retired = retire(upload); !retired) return retired.error();
  }
  return Error{ErrorCode::rejected, "the glance at the upload", *(*found)->cause};
}

Result<> UploadRecords::put_glance(UploadId id, const Glance& glance) {
  return store_.transact([&](Transaction& transaction) -> Result<> {
    const auto upload = storage::load<Upload>(transaction, keys::upload(id));
    if (!upload) return upload.error();
    const auto known = transaction.get(keys::upload_glance(id));
    if (!known) return known.error();
    if (!*upload || (*upload)->state != UploadState::receiving || *known) {
      return Error{ErrorCode::conflict, "the upload needs no glance any more"};
    }
    return storage::save(transaction, keys::upload_glance(id), glance);
  });
}

Result<> UploadRecords::retire(Upload& upload) {
  return change(upload, [&](Transaction& transaction) -> Result<> {
    auto released = release_bytes(transaction, upload.unit, upload.reserved_bytes);
    if (!released) return released.error();
    auto unlisted = transaction.erase(keys::upload_of(upload.owner, upload.id));
    if (!unlisted) return unlisted.error();
    // Due at once, so that the next sweep ends what a crash interrupts.
    const auto old_expiry =
        std::exchange(upload.expires_at, std::min(upload.expires_at, clock_.now()));
    upload.state = UploadState::expired;
    upload.reserved_bytes = 0;
    return put(transaction, upload, old_expiry);
  });
}

Result<> UploadRecords::remember(Upload& upload) {
  return change(upload, [&](Transaction& transaction) -> Result<> {
    upload.has_blob = false;
    const auto old_expiry = std::exchange(upload.expires_at, clock_.now() + options_.remembered);
    return put(transaction, upload, old_expiry);
  });
}

Result<> UploadRecords::forget(const Upload& upload) {
  return store_.transact([&](Transaction& transaction) -> Result<> {
    for (const auto& key : {keys::upload_expiry(upload.expires_at, upload.id),
                            keys::upload(upload.id), keys::upload_glance(upload.id)}) {
      if (auto erased = transaction.erase(key); !erased) return erased.error();
    }
    return {};
  });
}

Result<std::vector<UploadId>> UploadRecords::overdue(std::size_t limit) {
  std::vector<UploadId> ids;
  auto done = store_.read([&](Transaction& transaction) -> Result<> {
    auto entries = transaction.scan(keys::upload_expiries_before(clock_.now()), limit);
    if (!entries) return entries.error();
    for (const auto& entry : *entries) {
      if (const auto id = keys::trailing_id<UploadId>(entry.key)) ids.push_back(*id);
    }
    return {};
  });
  if (!done) return done.error();
  return ids;
}

}  // namespace weike::uploads
