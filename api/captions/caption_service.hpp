#pragma once

#include "api/assets/asset_service.hpp"
#include "media/captions/captions.hpp"
#include "model/asset.hpp"
#include "model/role.hpp"
#include "storage/blob/blob_store.hpp"
#include "storage/kv/kv_store.hpp"

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace weike::captions {

struct CaptionOptions {
  media::CaptionLimits limits;
  std::size_t captions_per_asset = 16;
  std::size_t label_characters = 40;
};

// What somebody gives as captions of an asset.
struct NewCaptions {
  std::string language;   // BCP 47: "zh-CN".
  std::string label;      // As a player's menu shows it.
  std::string_view file;  // SubRip or WebVTT.
};

struct AddedCaptions {
  Captions captions;
  bool is_new = false;  // They were there already, with the same text, language and label.
};

// Captions of videos: kept beside the segments, chosen by lessons. What an id stands for never
// changes, so that a reviewed lesson shows what was reviewed. Threads may share it.
class CaptionService {
 public:
  CaptionService(storage::KvStore& store, storage::BlobStore& blobs, assets::AssetService& assets,
                 CaptionOptions options = {});

  // By the asset's owner while a publisher, else `forbidden`; to anybody else it is `not_found`.
  // `conflict`: asset_not_playable before the length of the video is known, too_many_captions.
  // `invalid_argument` naming the field "language" or "label"; and, like `too_large`, as
  // media::read_captions.
  Result<AddedCaptions> add(const Viewer& viewer, AssetId asset, const NewCaptions& captions);
  // For whoever may look at the asset; in the order they came.
  Result<std::vector<Captions>> list(const Viewer& viewer, AssetId asset);
  // The WebVTT. `not_found`, reason captions_not_found.
  Result<std::string> text(const Viewer& viewer, AssetId asset, std::string_view id);
  // By whoever may add them. `conflict`, reason captions_in_use, while a lesson names them.
  Result<> remove(const Viewer& viewer, AssetId asset, std::string_view id);

  const CaptionOptions& options() const { return options_; }

 private:
  Result<Asset> find_to_change(storage::Transaction& transaction, const Viewer& viewer, AssetId id);
  Result<Asset> read_to_change(const Viewer& viewer, AssetId id);
  Result<> check_room(const Asset& asset, std::string_view id) const;
  Result<> record(const Viewer& viewer, AssetId asset, AddedCaptions& added);

  storage::KvStore& store_;
  storage::BlobStore& blobs_;
  assets::AssetService& assets_;
  const CaptionOptions options_;
  // Record and file change together: no removal may come between the two halves of an addition.
  std::mutex changing_;
};

// The captions of `asset` with that id, or null.
const Captions* find_captions(const Asset& asset, std::string_view id);
// "captions/{id}.vtt" below the asset.
std::string file_name(std::string_view id);

}  // namespace weike::captions
