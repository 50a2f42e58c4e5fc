#include "api/playback/media_links.hpp"

#include "media/images/image_files.hpp"

namespace weike::playback {

LinkTarget LinkTarget::of(const Asset& asset, std::uint32_t cover) {
  return {asset.id, asset.epoch, asset.state == AssetState::ready ? cover : 0};
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
  MediaUrls urls{folder + "master.m3u8", std::nullopt, std::nullopt, std::nullopt,
                 token.expires_at};
  if (target.poster > 0) {
    const int candidate = static_cast<int>(target.poster);
    urls.poster_url = folder + media::poster_file(candidate);
    urls.poster_small_url = folder + media::small_poster_file(candidate);
    urls.storyboard_url = folder + "storyboard.vtt";
  }
  return urls;
}

}  // namespace weike::playback
