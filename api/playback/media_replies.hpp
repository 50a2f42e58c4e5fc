#pragma once

#include "api/http/message.hpp"
#include "api/playback/asset_files.hpp"
#include "api/playback/media_gate.hpp"
#include "api/playback/media_request.hpp"
#include "api/playback/media_signer.hpp"
#include "api/playback/whole_file.hpp"
#include "storage/blob/blob_store.hpp"

#include <memory>

// Status, fields and body for media that is there: entity tags, ranges, caching.
namespace weike::playback {

http::Response playlist_response(const MediaRequest& request, const MediaToken& token,
                                 const Playlist& playlist);

http::Response file_response(const MediaRequest& request, const MediaToken& token,
                             std::shared_ptr<const storage::OpenFile> file, MediaGate::Pass pass);

http::Response whole_file_response(const MediaRequest& request, const MediaToken& token,
                                   std::shared_ptr<const WholeFile> file, storage::BlobStore& blobs,
                                   AssetId asset, MediaGate::Pass pass);

}  // namespace weike::playback
