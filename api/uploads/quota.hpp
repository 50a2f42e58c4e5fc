#pragma once

#include "model/id.hpp"
#include "storage/kv/kv_store.hpp"

#include <cstdint>

// How many bytes of sources a unit keeps, unfinished uploads with what was promised to them.
namespace weike::uploads {

// In the caller's transaction. `too_large`, reason quota_exceeded, if the unit would have more than
// `limit_bytes`.
Result<> reserve_bytes(storage::Transaction& transaction, UnitId unit, std::uint64_t bytes,
                       std::uint64_t limit_bytes);
// In the caller's transaction: an upload was given up, or an asset with its source erased.
Result<> release_bytes(storage::Transaction& transaction, UnitId unit, std::uint64_t bytes);
Result<std::uint64_t> used_bytes(storage::Transaction& transaction, UnitId unit);

}  // namespace weike::uploads
