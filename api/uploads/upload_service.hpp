#pragma once

#include "api/uploads/chunk_writer.hpp"
#include "api/uploads/tus_headers.hpp"
#include "api/uploads/upload_locks.hpp"
#include "api/uploads/upload_records.hpp"
#include "model/role.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weike::uploads {

struct NewUpload {
  std::optional<std::uint64_t> size_bytes;  // Nothing: deferred.
  std::string metadata;                     // As sent,
  UploadMetadata parsed_metadata;           // and what it says.
};

struct ChunkRequest {
  std::uint64_t offset_bytes = 0;
  std::optional<std::uint64_t> size_bytes;       // The deferred length, if it is told now.
  std::optional<std::uint64_t> announced_bytes;  // How long the chunk will be, if that is known.
  std::optional<ExpectedChecksum> checksum;
};

// Resumable uploads. What was acknowledged survives a crash and a power cut. Uploads of others do
// not exist for anyone (`not_found`). Threads may share it.
class UploadService {
 public:
  UploadService(storage::KvStore& store, storage::BlobStore& blobs, assets::AssetService& assets,
                const Clock& clock, UploadOptions options = {});

  // `forbidden` without the role publisher; `invalid_argument`, reason upload_empty;
  // `unsupported_type`, reason not_a_video, for what is declared; `too_large` (upload_too_large,
  // quota_exceeded); `out_of_space`; `rate_limited`, reason too_many_uploads.
  Result<Upload> create(const Viewer& viewer, const NewUpload& wanted);
  // An upload whose time is over counts as expired, swept or not.
  Result<Upload> find(const Viewer& viewer, UploadId id);
  Result<std::vector<Upload>> unfinished(const Viewer& viewer);

  // Where to go on: another request that still writes lets go first. `gone` if it expired;
  // `rejected`, reason the cause, if a glance found that the file cannot be used;
  // `locked` if the other request does not let go.
  Result<Upload> resume(const Viewer& viewer, UploadId id);
  // Besides: `conflict` when the offset is another, reason offset_mismatch, or the upload is
  // complete, reason upload_finished; `too_large` when the chunk would be.
  Result<std::unique_ptr<ChunkWriter>> open_chunk(const Viewer& viewer, UploadId id,
                                                  ChunkRequest chunk);
  // Frees disk and quota. The file of a complete upload belongs to its asset and stays.
  Result<> terminate(const Viewer& viewer, UploadId id);

  // Who looks at uploads whose index came first; set before the first request. An upload may be
  // asked for more than once, until `take_glance` was called for it.
  void on_index_in_front(GlanceRequest look) { ask_for_glance_ = std::move(look); }
  // `conflict` when it is not needed any more.
  Result<> take_glance(UploadId id, const Glance& glance);
  Result<std::optional<Glance>> glance(UploadId id);

  // Frees what expired uploads hold. Called now and then, also to end what a crash interrupted.
  Result<> sweep();

  const UploadOptions& options() const { return options_; }

 private:
  Result<> check_disk(std::uint64_t bytes);
  Result<> set_size(Upload& upload, std::uint64_t size_bytes);
  Result<Upload> find_writable(const Viewer& viewer, UploadId id);
  Result<> discard(Upload& upload);
  Result<> sweep_one(UploadId id);

  storage::BlobStore& blobs_;
  assets::AssetService& assets_;
  const Clock& clock_;
  const UploadOptions options_;
  UploadRecords records_;
  UploadLocks locks_;
  GlanceRequest ask_for_glance_;
};

}  // namespace weike::uploads
