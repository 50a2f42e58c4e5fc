#pragma once

#include "api/http/content.hpp"
#include "api/playback/media_file.hpp"
#include "media/package/playlists.hpp"
#include "media/plan/plan.hpp"
#include "model/asset.hpp"
#include "model/bounded_map.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weike::playback {

// Who asks for a file, as far as caches are concerned: by a link of its own, or by one for
// everyone.
enum class Readers : std::uint8_t { one, everyone };
inline constexpr std::size_t kReaders = 2;

// What may be asked for below an asset's signed folder, as its record stood: what its plan names
// and players were told of, whether it is made by now or not. Playlists are rendered when they are
// first asked for, and kept. Threads may share it.
class AssetFiles {
 public:
  // Playlists that no change of the record touches are taken over from `before`, if there is one.
  AssetFiles(media::Plan plan, Asset asset, const AssetFiles* before = nullptr);

  const media::Plan& plan() const { return plan_; }
  const Asset& asset() const { return asset_; }

  // A rendered playlist, manifest or table of pictures, else null: never renders, and takes no
  // memory. `fixed` ones stay true whatever becomes of the asset. Served by class of `Readers`.
  http::ContentPtr known_fixed(std::string_view name) const;
  http::ContentPtr known(std::string_view name) const;

  // May this be asked for? The segments of a rendition by their number.
  bool has(const MediaFile& file, std::string_view name) const;
  // A whole rung, assembled: it and the sound are complete.
  bool has_whole(std::string_view rendition) const;

  // Renders one that `has` says yes to, and that is no I-frame playlist.
  http::ContentPtr render(const MediaFile& file, std::string_view name) const;
  // "{rung}/iframes.m3u8" from the index of each segment; null if they are not the plan's.
  http::ContentPtr render_iframes(const MediaFile& file, std::string_view name,
                                  std::span<const media::ByteRange> iframes) const;

 private:
  using Texts = BoundedMap<std::string, http::ContentPtr>;

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
