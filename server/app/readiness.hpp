#pragma once

#include "model/error.hpp"
#include "model/time.hpp"
#include "storage/blob/blob_store.hpp"
#include "storage/kv/kv_store.hpp"

#include <cstdint>
#include <mutex>
#include <optional>

namespace weike::server {

// Whether disk and store can take work: the store is asked by writing to it. Anybody may ask, so
// what was found holds for a second. Threads may share it.
class Readiness {
 public:
  Readiness(storage::KvStore& store, storage::BlobStore& blobs, const Clock& clock,
            std::uint64_t low_water_bytes)
      : store_(store), blobs_(blobs), clock_(clock), low_water_bytes_(low_water_bytes) {}

  // `unavailable`, reason disk_low or store_not_writable; or why the disk could not be asked.
  Result<> check();

 private:
  Result<> look(Timestamp now);

  storage::KvStore& store_;
  storage::BlobStore& blobs_;
  const Clock& clock_;
  const std::uint64_t low_water_bytes_;
  std::mutex mutex_;  // Whoever asks meanwhile waits for the answer.
  std::optional<Timestamp> looked_at_;
  Result<> found_;
};

}  // namespace weike::server
