#pragma once

#include "api/http/message.hpp"
#include "api/playback/media_file.hpp"
#include "media/package/playlists.hpp"
#include "media/plan/plan.hpp"
#include "model/asset.hpp"
#include "model/bounded_map.hpp"

#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weike::playback {

// A rendered playlist, manifest or table of pictures, and its entity tag.
struct Playlist {
  http::SharedBytes bytes;
  std::string etag;
};
using PlaylistPtr = std::shared_ptr<const Playlist>;

// What may be asked for below an asset's signed folder, as its record stood: what its plan names
// and players were told of, whether it is made by now or not. Playlists are rendered when they are
// first asked for, and kept. Threads may share it.
class AssetFiles {
 public:
  // Playlists that no change of the record touches are taken over from `before`, if there is one.
  AssetFiles(media::Plan plan, Asset asset, const AssetFiles* before = nullptr);

  const media::Plan& plan() const { return plan_; }
  const Asset& asset() const { return asset_; }

  // A rendered one, else null: never renders. `fixed` ones stay true whatever becomes of the asset.
  PlaylistPtr known_fixed(std::string_view name) const;
  PlaylistPtr known(std::string_view name) const;

  // May this be asked for? The segments of a rendition by their number.
  bool has(const MediaFile& file, std::string_view name) const;
  // A whole rung, assembled: it and the sound are complete.
  bool has_whole(std::string_view rendition) const;

  // Renders one that `has` says yes to, and that is no I-frame playlist.
  PlaylistPtr render(const MediaFile& file, std::string_view name) const;
  // "{rung}/iframes.m3u8" from the index of each segment; null if they are not the plan's.
  PlaylistPtr render_iframes(const MediaFile& file, std::string_view name,
                             std::span<const media::ByteRange> iframes) const;

 private:
  using Texts = BoundedMap<std::string, PlaylistPtr>;

  bool knows_captions(std::string_view id) const;
  media::OfferedMedia offered_for(const MediaFile& file) const;

  const media::Plan plan_;
  const Asset asset_;
  const media::OfferedMedia offered_;
  const std::set<std::string, std::less<>> pictures_;
  const std::shared_ptr<Texts> fixed_;  // Shared with the files of the same asset before and after.
  const std::unique_ptr<Texts> changing_;
};

}  // namespace weike::playback
