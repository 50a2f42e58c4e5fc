#include "server/jobs/rendition_rates.hpp"

#include "api/playback/segment_heads.hpp"

#include <algorithm>
#include <string>

namespace weike::server {
namespace {

std::vector<std::string> complete_renditions(const media::Plan& plan,
                                             const FinishedSegments& finished) {
  std::vector<std::string> names;
  names.reserve(plan.video.size() + plan.audio.size() + 2);
  for (const auto& rung : plan.video) names.push_back(rung.name);
  for (const auto& rung : plan.audio) names.push_back(rung.name);
  if (plan.copied) names.push_back(plan.copied->name);
  if (plan.background) names.push_back(plan.background->name);
  std::erase_if(names, [&](const std::string& name) { return !finished.is_complete(name); });
  return names;
}

std::vector<media::ByteRange> find_iframes(storage::BlobStore& blobs, AssetId asset,
                                           const media::Plan& plan, const std::string& name) {
  if (!plan.find_video(name)) return {};
  const auto heads = playback::read_segment_heads(blobs, asset, name, plan.segments.size());
  if (!heads) return {};
  const auto iframes = playback::iframes_of(*heads);
  return iframes ? *iframes : std::vector<media::ByteRange>{};
}

}  // namespace

std::vector<media::MeasuredRate> measure_renditions(storage::BlobStore& blobs, AssetId asset,
                                                    const media::Plan& plan,
                                                    const FinishedSegments& finished) {
  std::vector<media::MeasuredRate> rates;
  for (const auto& name : complete_renditions(plan, finished)) {
    const auto iframes = find_iframes(blobs, asset, plan, name);
    rates.push_back(media::measure_rate(plan, name, finished.sizes(name), iframes));
  }
  return rates;
}

void take_rate(RenditionProgress& rendition, const std::vector<media::MeasuredRate>& rates) {
  const auto rate = std::find_if(rates.begin(), rates.end(), [&](const auto& each) {
    return each.rendition == rendition.name;
  });
  if (rate == rates.end()) return;
  rendition.peak_bps = rate->peak_bps;
  rendition.average_bps = rate->average_bps;
  rendition.iframe_peak_bps = rate->iframe_peak_bps;
  rendition.iframe_average_bps = rate->iframe_average_bps;
}

}  // namespace weike::server
