#include "server/app/readiness.hpp"

#include "storage/records/keys.hpp"

namespace weike::server {
namespace {

constexpr Milliseconds kHolds = std::chrono::seconds{1};

}  // namespace

Result<> Readiness::check() {
  const std::lock_guard lock(mutex_);
  const auto now = clock_.now();
  // A clock that was set back ends it too.
  if (looked_at_ && now >= *looked_at_ && now < *looked_at_ + kHolds) return found_;
  found_ = look(now);
  looked_at_ = now;
  return found_;
}

Result<> Readiness::look(Timestamp now) {
  const auto free = blobs_.free_bytes();
  if (!free) return free.error();
  if (*free < low_water_bytes_) {
    return Error{ErrorCode::unavailable, "free disk below the low-water mark", "disk_low"};
  }
  const auto written = store_.transact([now](storage::Transaction& transaction) {
    return transaction.put(storage::keys::setting("last-ready"), to_rfc3339(now));
  });
  if (!written) return Error{ErrorCode::unavailable, written.error().message, "store_not_writable"};
  return {};
}

}  // namespace weike::server
