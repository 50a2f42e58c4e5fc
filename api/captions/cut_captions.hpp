#pragma once

#include "model/asset.hpp"
#include "model/error.hpp"
#include "storage/blob/blob_store.hpp"

#include <string>
#include <vector>

// What becomes of captions when a video is trimmed.
namespace weike::captions {

// Those captions of `whole` that show something in `part` of it, with times counted from the
// beginning of the part. Their files are written for the asset `cut`, whose record the caller
// makes. What was removed meanwhile is left out.
Result<std::vector<Captions>> cut_captions(storage::BlobStore& blobs, const Asset& whole,
                                           const AssetTrim& part, AssetId cut);

// The captions of `to` that say the same as `ids` say in `from`, another asset on the same source;
// without those that `to` does not have.
std::vector<std::string> counterparts(const std::vector<std::string>& ids, const Asset& from,
                                      const Asset& to);

}  // namespace weike::captions
