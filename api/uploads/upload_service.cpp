#include "api/uploads/upload_service.hpp"

#include "api/uploads/video_sniff.hpp"

#include <algorithm>

namespace weike::uploads {
namespace {

constexpr std::size_t kSweepBatch = 100;

Error no_such_upload() { return {ErrorCode::not_found, "no such upload"}; }
Error upload_empty() { return {ErrorCode::invalid_argument, "empty file", "upload_empty"}; }
Error upload_expired() { return {ErrorCode::gone, "upload expired", "upload_expired"}; }
Error too_large() { return {ErrorCode::too_large, "upload above the limit", "upload_too_large"}; }

// The unit the first grant that allows publishing is held in.
std::optional<UnitId> publishing_unit(const Viewer& viewer) {
  for (const auto role : {Role::publisher, Role::administrator}) {
    for (const auto& grant : viewer.grants) {
      if (grant.role == role) return grant.unit;
    }
  }
  return std::nullopt;
}

}  // namespace

UploadService::UploadService(storage::KvStore& store, storage::BlobStore& blobs,
                             assets::AssetService& assets, const Clock& clock,
                             UploadOptions options)
    : blobs_(blobs),
      assets_(assets),
      clock_(clock),
      options_(options),
      records_(store, clock, options_),
      locks_(options_.max_waiting_requests) {}

Result<> UploadService::check_disk(std::uint64_t bytes) {
  auto free = blobs_.free_bytes();
  if (!free) return free.error();
  if (*free < options_.disk_reserve_bytes || *free - options_.disk_reserve_bytes < bytes) {
    return Error{ErrorCode::out_of_space, "not enough free disk for the upload"};
  }
  return {};
}

Result<Upload> UploadService::create(const Viewer& viewer, const NewUpload& wanted) {
  const auto unit = publishing_unit(viewer);
  if (!viewer.account || !unit) return Error{ErrorCode::forbidden, "not a publisher"};
  const auto& declared = wanted.parsed_metadata;
  auto type = check_declared_type(declared.file_type, declared.file_name);
  if (!type) return type.error();
  if (wanted.size_bytes == 0U) return upload_empty();
  const auto size = wanted.size_bytes.value_or(0);
  if (size > options_.max_bytes) return too_large();
  if (auto room = check_disk(size); !room) return room.error();
  Upload upload;
  upload.id = UploadId::make_random();
  upload.owner = *viewer.account;
  upload.unit = *unit;
  upload.size_bytes = wanted.size_bytes;
  upload.reserved_bytes = size;
  upload.metadata = wanted.metadata;
  upload.file_name = declared.file_name;
  upload.created_at = clock_.now();
  upload.expires_at = upload.created_at + options_.lifetime;
  if (auto inserted = records_.insert(upload); !inserted) return inserted.error();
  return upload;
}

Result<Upload> UploadService::find(const Viewer& viewer, UploadId id) {
  auto upload = records_.find(id);
  if (!upload) return upload.error();
  if (!*upload || !viewer.is((*upload)->owner)) return no_such_upload();
  if ((*upload)->is_overdue(clock_.now())) (*upload)->state = UploadState::expired;
  return std::move(**upload);
}

Result<std::vector<Upload>> UploadService::unfinished(const Viewer& viewer) {
  if (!viewer.account) return std::vector<Upload>{};
  auto uploads = records_.unfinished(*viewer.account);
  if (!uploads) return uploads.error();
  std::erase_if(*uploads, [&](const Upload& upload) { return upload.is_overdue(clock_.now()); });
  return uploads;
}

Result<Upload> UploadService::find_writable(const Viewer& viewer, UploadId id) {
  auto upload = find(viewer, id);
  if (!upload || upload->state == UploadState::complete) return upload;
  if (auto heeded = records_.heed_glance(*upload); !heeded) return heeded.error();
  if (upload->state == UploadState::expired) return upload_expired();
  return upload;
}

Result<Upload> UploadService::resume(const Viewer& viewer, UploadId id) {
  // Before waiting for the lock: whose upload is it at all?
  if (auto upload = find(viewer, id); !upload) return upload.error();
  auto hold = locks_.acquire(id, options_.lock_patience);
  if (!hold) return hold.error();
  auto upload = find_writable(viewer, id);
  if (!upload || !upload->is_due()) return upload;
  // The last byte is recorded, but the end failed or the server died before it.
  if (auto done = records_.complete(*upload, assets_); !done) return done.error();
  return upload;
}

Result<> UploadService::set_size(Upload& upload, std::uint64_t size_bytes) {
  if (upload.size_bytes == size_bytes) return {};
  Error refused{ErrorCode::invalid_argument, "the length is known already", "", "Upload-Length"};
  if (upload.size_bytes || size_bytes < upload.offset_bytes) return refused;
  if (size_bytes == 0) return upload_empty();
  if (size_bytes > options_.max_bytes) return too_large();
  if (auto room = check_disk(size_bytes - upload.offset_bytes); !room) return room.error();
  if (auto done = records_.reserve(upload, size_bytes, size_bytes); !done) return done.error();
  upload.size_bytes = size_bytes;
  return records_.save_progress(upload);
}

Result<std::unique_ptr<ChunkWriter>> UploadService::open_chunk(const Viewer& viewer, UploadId id,
                                                               ChunkRequest chunk) {
  if (auto upload = find(viewer, id); !upload) return upload.error();
  auto hold = locks_.acquire(id, options_.lock_patience);
  if (!hold) return hold.error();
  auto upload = find_writable(viewer, id);
  if (!upload) return upload.error();
  if (upload->offset_bytes != chunk.offset_bytes) {
    return Error{ErrorCode::conflict, "offset is another", "offset_mismatch", "Upload-Offset"};
  }
  if (upload->state == UploadState::complete) {
    return Error{ErrorCode::conflict, "upload is complete", "upload_finished"};
  }
  if (chunk.size_bytes) {
    if (auto sized = set_size(*upload, *chunk.size_bytes); !sized) return sized.error();
  }
  const auto end = upload->offset_bytes + chunk.announced_bytes.value_or(0);
  if (end > upload->size_bytes.value_or(options_.max_bytes)) {
    return upload->size_bytes
               ? Error{ErrorCode::too_large, "more bytes than Upload-Length", "beyond_length"}
               : too_large();
  }
  if (auto room = check_disk(chunk.announced_bytes.value_or(0)); !room) return room.error();
  const UploadTools tools{blobs_, records_, assets_, clock_, options_, ask_for_glance_};
  return ChunkWriter::open(tools, std::move(*hold), std::move(*upload), std::move(chunk.checksum));
}

Result<std::optional<Glance>> UploadService::glance(UploadId id) { return records_.glance(id); }

Result<> UploadService::take_glance(UploadId id, const Glance& glance) {
  return records_.put_glance(id, glance);
}

Result<> UploadService::discard(Upload& upload) {
  if (upload.state == UploadState::receiving) {
    if (auto retired = records_.retire(upload); !retired) return retired.error();
  }
  return blobs_.erase(upload.blob_name());
}

Result<> UploadService::terminate(const Viewer& viewer, UploadId id) {
  if (auto upload = find(viewer, id); !upload) return upload.error();
  auto hold = locks_.acquire(id, options_.lock_patience);
  if (!hold) return hold.error();
  auto upload = records_.find(id);
  if (!upload) return upload.error();
  if (!*upload) return no_such_upload();
  if ((*upload)->state != UploadState::complete) {
    if (auto gone = discard(**upload); !gone) return gone.error();
  }
  return records_.forget(**upload);
}

Result<> UploadService::sweep() {
  while (true) {
    auto ids = records_.overdue(kSweepBatch);
    if (!ids) return ids.error();
    std::size_t busy = 0;
    for (const auto& id : *ids) {
      auto swept = sweep_one(id);
      if (swept) continue;
      if (swept.error().code != ErrorCode::locked) return swept.error();
      ++busy;  // Somebody still writes it; the next sweep looks again.
    }
    if (ids->size() < kSweepBatch || busy > 0) return {};
  }
}

Result<> UploadService::sweep_one(UploadId id) {
  auto hold = locks_.acquire(id, options_.lock_patience);
  if (!hold) return hold.error();
  auto upload = records_.find(id);
  if (!upload) return upload.error();
  if (!*upload || (*upload)->expires_at > clock_.now()) return {};
  if ((*upload)->is_due()) return records_.complete(**upload, assets_);
  if (!(*upload)->has_blob) return records_.forget(**upload);
  if (auto gone = discard(**upload); !gone) return gone.error();
  return records_.remember(**upload);
}

}  // namespace weike::uploads
