#pragma once

#include "storage/kv/engine.hpp"

#include <vector>

namespace weike::storage {

// At most `limit` entries of `range` as a transaction sees them: `snapshot` with its own `changes`
// laid over it. `range` is not empty and `limit` not zero.
Result<std::vector<KeyValue>> merged_scan(Snapshot& snapshot, const Changes& changes,
                                          const KeyRange& range, std::size_t limit,
                                          ScanDirection direction);

}  // namespace weike::storage
