#pragma once

#include "media/package/rates.hpp"
#include "model/asset.hpp"
#include "server/jobs/order_of_work.hpp"
#include "storage/blob/blob_store.hpp"

#include <vector>

namespace weike::server {

// What playlists will declare of every rendition that is complete, from the real files; reads the
// head of each segment with pictures. A rendition whose heads can not be read gets no rate of
// I-frames and so no I-frame playlist.
std::vector<media::MeasuredRate> measure_renditions(storage::BlobStore& blobs, AssetId asset,
                                                    const media::Plan& plan,
                                                    const FinishedSegments& finished);

// Writes the rate of that name into the rendition; nothing changes if there is none.
void take_rate(RenditionProgress& rendition, const std::vector<media::MeasuredRate>& rates);

}  // namespace weike::server
