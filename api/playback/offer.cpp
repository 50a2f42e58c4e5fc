#include "api/playback/offer.hpp"

#include "api/assets/asset_service.hpp"

#include <algorithm>

namespace weike::playback {
namespace {

bool is_name(const std::optional<media::VideoRung>& rung, std::string_view name) {
  return rung && rung->name == name;
}

// Of a finished asset. The copied rung stands for the encoded top rung once it is complete, which
// it becomes only if every frame was decoded.
bool is_listed(const media::Plan& plan, const Asset& asset, const media::VideoRung& rung) {
  if (is_name(plan.copied, rung.name) || is_name(plan.background, rung.name))
    return is_complete(asset, rung.name);
  const bool is_top = !plan.video.empty() && plan.video.front().name == rung.name;
  return !is_top || !plan.copied || !is_complete(asset, plan.copied->name);
}

bool has(const std::vector<media::VideoRung>& rungs, std::string_view name) {
  return std::any_of(rungs.begin(), rungs.end(),
                     [&](const media::VideoRung& rung) { return rung.name == name; });
}

}  // namespace

media::OfferedMedia offered_media(const media::Plan& plan, const Asset& asset) {
  media::OfferedMedia offered;
  if (asset.state != AssetState::ready) return offered;
  offered.rates = assets::measured_rates(asset);
  for (const auto& rendition : asset.renditions) {
    const auto* rung = plan.find_video(rendition.name);
    if (rung && is_listed(plan, asset, *rung)) offered.video.push_back(rung->name);
  }
  return offered;
}

bool is_offered(const media::Plan& plan, const media::OfferedMedia& offered,
                std::string_view rendition) {
  if (plan.find_audio(rendition)) return true;
  media::OfferedMedia early;
  media::OfferedMedia now = offered;
  now.with_av1 = true;
  return has(media::offered_video(plan, early), rendition) ||
         has(media::offered_video(plan, now), rendition);
}

bool is_complete(const Asset& asset, std::string_view rendition) {
  return std::any_of(asset.renditions.begin(), asset.renditions.end(), [&](const auto& progress) {
    return progress.name == rendition && progress.is_complete();
  });
}

std::vector<media::VideoRung> whole_rungs(const media::Plan& plan, const Asset& asset,
                                          PlayerAbilities abilities) {
  if (asset.state != AssetState::ready) return {};
  auto offered = offered_media(plan, asset);
  offered.with_av1 = abilities.knows_av1;
  auto rungs = media::offered_video(plan, offered);
  std::erase_if(rungs, [&](const auto& rung) { return !is_complete(asset, rung.name); });
  return rungs;
}

bool has_av1(const Asset& asset) {
  return asset.state == AssetState::ready &&
         std::any_of(asset.renditions.begin(), asset.renditions.end(), [](const auto& progress) {
           return progress.name.ends_with("-av1") && progress.is_complete();
         });
}

}  // namespace weike::playback
