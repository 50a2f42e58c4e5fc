#pragma once

#include "media/plan/plan.hpp"
#include "media/sandbox/memory_file.hpp"
#include "model/id.hpp"
#include "storage/blob/blob_store.hpp"

namespace weike::server {

// Puts together the reel (media/images/reel.hpp) of an asset whose smallest rung is finished: a few
// megabytes for half an hour, kMaxReelBytes at most. A segment that cannot be understood is left
// out, and its tiles show their neighbours. Fails as the store does.
Result<media::MemoryFile> wind_reel(storage::BlobStore& blobs, AssetId asset,
                                    const media::Plan& plan);

}  // namespace weike::server
