#pragma once

#include "api/http/message.hpp"
#include "media/package/playlists.hpp"
#include "media/plan/plan.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace weike::playback {

// A rendered playlist and its entity tag.
struct Playlist {
  http::SharedBytes bytes;
  std::string etag;
};

// What may be asked for below an asset's signed folder: exactly what its plan names, whether it is
// made by now or not. Playlists are rendered once. Immutable; threads may share it.
class AssetFiles {
 public:
  // With the measured rates of a finished asset, or with none before.
  AssetFiles(const media::Plan& plan, const std::vector<media::MeasuredRate>& rates);

  // "master.m3u8" or "v360/index.m3u8"; null for any other name.
  const Playlist* playlist(std::string_view file) const;
  // A segment, an init segment or a poster.
  bool has_blob(std::string_view file) const;

 private:
  std::map<std::string, Playlist, std::less<>> playlists_;
  std::map<std::string, std::uint32_t, std::less<>> segments_;  // By rendition: how many.
};

// By the name's end and the rendition's kind: "video/mp4", "audio/mp4", "image/jpeg",
// "application/vnd.apple.mpegurl".
std::string_view content_type_of(std::string_view file);

}  // namespace weike::playback
