#include "api/playback/media_links.hpp"

#include "media/images/image_files.hpp"
#include "media/package/playlists.hpp"

namespace weike::playback {
namespace {

std::vector<std::string> tags_of(const LinkTarget& target) {
  std::vector<std::string> tags;
  if (target.with_av1) tags.emplace_back("av1");
  tags.insert(tags.end(), target.captions.begin(), target.captions.end());
  return tags;
}

// As media::master_name.
std::string manifest_name(const std::vector<std::string>& tags) {
  std::string name = "manifest";
  for (const auto& tag : tags) name.append(".").append(tag);
  return name + ".mpd";
}

}  // namespace

LinkTarget LinkTarget::of(const Asset& asset, const LessonContent& content) {
  const std::uint32_t poster = asset.state == AssetState::ready ? content.cover : 0;
  return {asset.id, asset.epoch, poster, content.captions, false};
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

void MediaLinks::append_for_everyone(std::string& json, const LinkTarget& target) const {
  const MediaToken token{signature_expiry(clock_.now()), target.epoch, kEveryone};
  const auto folder = signer_.folder(target.asset, token);
  // Nothing in these names needs to be escaped.
  json.append(R"({"hls_url":")").append(folder).append(media::master_name(tags_of(target)));
  if (target.poster == 0) {
    json.append(R"(","poster_small_url":null,"poster_url":null})");
    return;
  }
  const int candidate = static_cast<int>(target.poster);
  json.append(R"(","poster_small_url":")").append(folder);
  json.append(media::small_poster_file(candidate));
  json.append(R"(","poster_url":")").append(folder).append(media::poster_file(candidate));
  json.append(R"("})");
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
  MediaUrls urls;
  const auto tags = tags_of(target);
  urls.hls_url = folder + media::master_name(tags);
  urls.dash_url = folder + manifest_name(tags);
  urls.expires_at = token.expires_at;
  for (const auto& id : target.captions) {
    auto& url = urls.caption_urls.emplace_back(folder);
    url.append("captions/").append(id).append(".vtt");
  }
  if (target.poster > 0) {
    const int candidate = static_cast<int>(target.poster);
    urls.poster_url = folder + media::poster_file(candidate);
    urls.poster_small_url = folder + media::small_poster_file(candidate);
    urls.storyboard_url = folder + "storyboard.vtt";
  }
  return urls;
}

}  // namespace weike::playback
