#include "api/playback/media_links.hpp"

namespace weike::playback {

LinkTarget LinkTarget::of(const Asset& asset) {
  return {asset.id, asset.epoch, asset.state == AssetState::ready};
}

nlohmann::json to_wire(const MediaUrls& urls) {
  nlohmann::json json = {
      {"hls_url", urls.hls_url}, {"poster_url", nullptr}, {"poster_small_url", nullptr}};
  if (urls.poster_url) json["poster_url"] = *urls.poster_url;
  if (urls.poster_small_url) json["poster_small_url"] = *urls.poster_small_url;
  return json;
}

MediaUrls MediaLinks::for_everyone(const LinkTarget& target) const {
  return links(target, kEveryone);
}

MediaUrls MediaLinks::for_viewer(const LinkTarget& target, const Viewer& viewer) const {
  return links(target, tag_of(viewer));
}

std::string MediaLinks::path(const Asset& asset, const Viewer& viewer,
                             std::string_view file) const {
  const MediaToken token{signature_expiry(clock_.now()), asset.epoch, tag_of(viewer)};
  return signer_.folder(asset.id, token).append(file);
}

MediaUrls MediaLinks::links(const LinkTarget& target, ViewerTag viewer) const {
  const MediaToken token{signature_expiry(clock_.now()), target.epoch, viewer};
  const auto folder = signer_.folder(target.asset, token);
  MediaUrls urls{folder + "master.m3u8", std::nullopt, std::nullopt, token.expires_at};
  if (target.has_posters) {
    urls.poster_url = folder + "poster.jpg";
    urls.poster_small_url = folder + "poster_small.jpg";
  }
  return urls;
}

}  // namespace weike::playback
