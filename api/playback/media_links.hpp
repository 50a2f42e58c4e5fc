#pragma once

#include "api/playback/media_signer.hpp"
#include "model/asset.hpp"
#include "model/lesson.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weike::playback {

// Signed paths of one asset. The posters are there from `ready` on.
struct MediaUrls {
  std::string hls_url;
  std::string dash_url;
  std::optional<std::string> poster_url;
  std::optional<std::string> poster_small_url;
  std::optional<std::string> storyboard_url;  // WebVTT; see media/images/storyboard.hpp.
  std::vector<std::string> caption_urls;      // WebVTT, as the target names them.
  Timestamp expires_at{};
};

// What has to be known of an asset to link to it.
struct LinkTarget {
  AssetId asset;
  std::uint32_t epoch = 0;
  std::uint32_t poster = 0;           // The chosen candidate, 1 to 3; 0 while there is none.
  std::vector<std::string> captions;  // Ids of those that the player offers.
  bool with_av1 = false;              // The player knows AV1, and the asset has it.

  static LinkTarget of(const Asset& asset, const LessonContent& content);
};

// {hls_url, poster_url, poster_small_url}, null where there is none.
nlohmann::json to_wire(const MediaUrls& urls);

// Makes signed links. Asks nobody whether the viewer may see the lesson: that is decided before.
// Threads may share it.
class MediaLinks {
 public:
  MediaLinks(const MediaSigner& signer, const Clock& clock) : signer_(signer), clock_(clock) {}

  // The same for everyone within a bucket; only for public lessons.
  MediaUrls for_everyone(const LinkTarget& target) const;
  // Appends what to_wire(for_everyone(target)).dump() says. A page of the feed makes twenty of
  // these, and no tree of JSON for each.
  void append_for_everyone(std::string& json, const LinkTarget& target) const;
  // Stop when the account is disabled or has no session any more.
  MediaUrls for_viewer(const LinkTarget& target, const Viewer& viewer) const;
  // One file, for assets::UrlSigner.
  std::string path(const Asset& asset, const Viewer& viewer, std::string_view file) const;

 private:
  MediaUrls links(const LinkTarget& target, ViewerTag viewer) const;

  const MediaSigner& signer_;
  const Clock& clock_;
};

}  // namespace weike::playback
