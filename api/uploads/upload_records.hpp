#pragma once

#include "api/assets/asset_service.hpp"
#include "api/uploads/upload.hpp"
#include "model/error.hpp"
#include "model/time.hpp"
#include "storage/kv/kv_store.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weike::uploads {

struct UploadOptions {
  std::uint64_t max_bytes = 2ULL << 30;
  std::uint64_t unit_quota_bytes = 50ULL << 30;  // Sources of one unit.
  std::size_t max_unfinished_per_person = 5;
  std::uint64_t disk_reserve_bytes = 1ULL << 30;  // Uploads leave so much of the disk free.
  // From the last byte that came.
  Milliseconds lifetime = std::chrono::hours{72};
  // How long one that is complete or expired can still be asked about.
  Milliseconds remembered = std::chrono::hours{24 * 7};
  // How long a request waits for another one to let go of the upload.
  Milliseconds lock_patience = std::chrono::seconds{5};
  // So many requests wait for that at once; the rest is told `locked`. Each one blocks a thread of
  // the pool that the holder needs in order to let go: a quarter of the pool is safe.
  std::size_t max_waiting_requests = 2;
  // In a long request bytes become durable and acknowledged after so many, or so long.
  std::uint64_t checkpoint_bytes = 32ULL << 20;
  Milliseconds checkpoint_interval = std::chrono::seconds{2};
};

// The records of uploads, their indexes and their share of the quota: each function is one synced
// transaction. Threads may share it; those that change an upload are called by its lock's holder.
class UploadRecords {
 public:
  UploadRecords(storage::KvStore& store, const Clock& clock, const UploadOptions& options)
      : store_(store), clock_(clock), options_(options) {}

  // `rate_limited`, reason too_many_uploads; `too_large`, reason quota_exceeded.
  Result<> insert(const Upload& upload);
  Result<std::optional<Upload>> find(UploadId id);
  // Those that `owner` has not finished.
  Result<std::vector<Upload>> unfinished(AccountId owner);

  // Takes over offset and size, and prolongs the life. `not_found` if it is no longer being
  // received.
  Result<> save_progress(Upload& upload);
  // Makes the upload's share of the quota at least `wanted_bytes`, and as near to `hoped_bytes` as
  // the quota allows. `too_large`, reason quota_exceeded.
  Result<> reserve(Upload& upload, std::uint64_t wanted_bytes, std::uint64_t hoped_bytes);
  // All bytes are there: the upload is complete and its asset exists, or neither.
  Result<> complete(Upload& upload, assets::AssetService& assets);

  // What was seen of an upload while it comes; nothing before.
  Result<std::optional<Glance>> glance(UploadId id);
  // As `glance`; but gives up an unfinished upload that was found to be of no use, and fails with
  // `rejected`, the cause as its reason. The next sweep frees the bytes.
  Result<std::optional<Glance>> heed_glance(Upload& upload);
  // Once, and only while it is being received: `conflict` else.
  Result<> put_glance(UploadId id, const Glance& glance);

  // Gives up an unfinished upload: frees its quota; its bytes are to be erased.
  Result<> retire(Upload& upload);
  // Its bytes are erased; the record stays for a while.
  Result<> remember(Upload& upload);
  Result<> forget(const Upload& upload);
  // Uploads whose time is over, the oldest first.
  Result<std::vector<UploadId>> overdue(std::size_t limit);

 private:
  Result<> change(Upload& upload, const storage::TransactionBody& body);

  storage::KvStore& store_;
  const Clock& clock_;
  const UploadOptions& options_;
};

}  // namespace weike::uploads
