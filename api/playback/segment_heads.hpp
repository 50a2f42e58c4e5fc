#pragma once

#include "media/package/segment_index.hpp"
#include "model/error.hpp"
#include "model/id.hpp"
#include "storage/blob/blob_store.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace weike::playback {

// The index of every segment of a rendition, in order, from the first bytes of each file: a few
// milliseconds for a quarter of an hour (docs/decisions/0010). `not_found` if a segment is not
// made, `corrupt` if one is none.
Result<std::vector<media::SegmentIndex>> read_segment_heads(storage::BlobStore& blobs,
                                                            AssetId asset,
                                                            std::string_view rendition,
                                                            std::size_t segments);

// Where the first picture of each stands. `corrupt` if one does not begin with a key picture.
Result<std::vector<media::ByteRange>> iframes_of(const std::vector<media::SegmentIndex>& segments);

}  // namespace weike::playback
