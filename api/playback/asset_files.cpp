#include "api/playback/asset_files.hpp"

#include "api/http/conditional.hpp"
#include "api/http/digest.hpp"
#include "api/playback/offer.hpp"
#include "media/images/image_files.hpp"
#include "media/images/storyboard.hpp"

#include <algorithm>
#include <utility>

namespace weike::playback {
namespace {

using Kind = MediaFile::Kind;

// All that one asset has, and some of the many ways to name its masters.
constexpr std::size_t kFixedTexts = 32;
constexpr std::size_t kChangingTexts = 16;

http::ContentPtr playlist_of(std::string_view name, std::string text) {
  if (text.empty()) return nullptr;
  http::ContentTraits traits;
  traits.type = content_type_of(name);
  traits.etag = http::quoted_tag(http::to_hex(http::sha256(text)).substr(0, 32));
  // By class of readers. Links of one viewer are asked about every time.
  traits.caching = {"private, no-cache", "public, max-age=0, s-maxage=10"};
  return std::make_shared<const http::Content>(std::make_shared<const std::string>(std::move(text)),
                                               std::move(traits));
}

std::set<std::string, std::less<>> picture_names(const media::Plan& plan) {
  const auto names = media::image_files(plan);
  return {names.begin(), names.end()};
}

}  // namespace

AssetFiles::AssetFiles(media::Plan plan, Asset asset, const AssetFiles* before)
    : plan_(std::move(plan)),
      asset_(std::move(asset)),
      offered_(offered_media(plan_, asset_)),
      pictures_(picture_names(plan_)),
      fixed_(before ? before->fixed_ : std::make_shared<Texts>(kFixedTexts)),
      changing_(std::make_unique<Texts>(kChangingTexts)) {}

http::ContentPtr AssetFiles::known_fixed(std::string_view name) const {
  return fixed_->get(name).value_or(nullptr);
}

http::ContentPtr AssetFiles::known(std::string_view name) const {
  if (auto fixed = known_fixed(name)) return fixed;
  return changing_->get(name).value_or(nullptr);
}

bool AssetFiles::knows_captions(std::string_view id) const {
  return std::any_of(asset_.captions.begin(), asset_.captions.end(),
                     [&](const Captions& captions) { return captions.id == id; });
}

bool AssetFiles::has(const MediaFile& file, std::string_view name) const {
  switch (file.kind) {
    case Kind::master:
    case Kind::manifest:
      return std::all_of(file.captions.begin(), file.captions.end(),
                         [&](std::string_view id) { return knows_captions(id); });
    case Kind::media_playlist:
    case Kind::init:
      return is_offered(plan_, offered_, file.rendition);
    case Kind::segment:
      return file.number < plan_.segments.size() && is_offered(plan_, offered_, file.rendition);
    case Kind::iframe_playlist:
    case Kind::progressive:
      return plan_.find_video(file.rendition) && is_offered(plan_, offered_, file.rendition);
    case Kind::captions:
    case Kind::caption_playlist:
      return knows_captions(file.rendition);
    case Kind::storyboard:
      return asset_.state == AssetState::ready;
    case Kind::other:
      return pictures_.contains(name);
  }
  return false;
}

bool AssetFiles::has_whole(std::string_view rendition) const {
  return asset_.state == AssetState::ready && is_complete(asset_, rendition) &&
         (plan_.audio.empty() || is_complete(asset_, plan_.audio.front().name));
}

media::OfferedMedia AssetFiles::offered_for(const MediaFile& file) const {
  auto offered = offered_;
  offered.with_av1 = file.wants_av1;
  for (const auto id : file.captions) {
    const auto found = std::find_if(asset_.captions.begin(), asset_.captions.end(),
                                    [&](const Captions& captions) { return captions.id == id; });
    if (found != asset_.captions.end())
      offered.captions.push_back({found->id, found->language, found->label});
  }
  return offered;
}

http::ContentPtr AssetFiles::render(const MediaFile& file, std::string_view name) const {
  const auto keep = [&](Texts& texts, std::string text) {
    auto playlist = playlist_of(name, std::move(text));
    if (playlist) texts.put(std::string(name), playlist);
    return playlist;
  };
  switch (file.kind) {
    case Kind::master:
      return keep(*changing_, media::master_playlist(plan_, offered_for(file)));
    case Kind::manifest:
      return keep(*changing_, media::dash_manifest(plan_, offered_for(file)));
    case Kind::media_playlist:
      return keep(*fixed_, media::media_playlist(plan_, file.rendition));
    case Kind::caption_playlist:
      return keep(*fixed_, media::caption_playlist(plan_, file.rendition));
    case Kind::storyboard:
      return keep(*fixed_, media::storyboard_vtt(plan_));
    default:
      return nullptr;
  }
}

http::ContentPtr AssetFiles::render_iframes(const MediaFile& file, std::string_view name,
                                            std::span<const media::ByteRange> iframes) const {
  auto playlist = playlist_of(name, media::iframe_playlist(plan_, file.rendition, iframes));
  if (playlist) fixed_->put(std::string(name), playlist);
  return playlist;
}

}  // namespace weike::playback
