#pragma once

#include "api/http/message.hpp"
#include "media/package/progressive.hpp"
#include "media/plan/plan.hpp"
#include "model/error.hpp"
#include "model/id.hpp"
#include "storage/blob/blob_store.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weike::playback {

// "{rung}.mp4": a head that is kept in memory, and stretches of the asset's segments behind it
// (docs/decisions/0010). Immutable; threads may share it.
struct WholeFile {
  http::SharedBytes head;
  std::vector<media::FilePiece> pieces;
  std::vector<std::uint64_t> piece_begins;  // Where each piece stands in the whole.
  std::uint64_t total_bytes = 0;
  std::string etag;
};

// From the segments of a video rung and of the plan's first sound, all of which must be made:
// `not_found` if one is not, `corrupt` if they do not fit together.
Result<std::shared_ptr<const WholeFile>> assemble_whole_file(storage::BlobStore& blobs,
                                                             AssetId asset, const media::Plan& plan,
                                                             std::string_view rendition);

// `length` bytes of the whole from `offset` on. Each file is opened when its turn comes.
std::shared_ptr<http::PartsBody> parts_of(std::shared_ptr<const WholeFile> file,
                                          std::uint64_t offset, std::uint64_t length,
                                          storage::BlobStore& blobs, AssetId asset,
                                          std::shared_ptr<const http::Permit> permit);

}  // namespace weike::playback
