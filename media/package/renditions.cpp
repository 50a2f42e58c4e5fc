#include "media/package/renditions.hpp"

#include "media/plan/avc_level.hpp"

#include <set>

namespace weike::media {
namespace {

DeclaredRate measured_or(const std::vector<MeasuredRate>& rates, std::string_view rendition,
                         std::int64_t cap_bps) {
  for (const MeasuredRate& rate : rates) {
    if (rate.rendition == rendition && rate.peak_bps > 0)
      return {rate.peak_bps, rate.average_bps, rate.iframe_peak_bps, rate.iframe_average_bps};
  }
  return {cap_bps};
}

bool is_offered(const Plan& plan, const OfferedMedia& offered, const VideoRung& rung) {
  if (rung.codec == VideoCodec::av1 && !offered.with_av1) return false;
  if (!offered.video.empty())
    return std::find(offered.video.begin(), offered.video.end(), rung.name) != offered.video.end();
  const bool is_beside = (plan.copied && rung.name == plan.copied->name) ||
                         (plan.background && rung.name == plan.background->name);
  const bool may_be_replaced =
      plan.copied && plan.video.size() > 1 && rung.name == plan.video.front().name;
  return !is_beside && !may_be_replaced;
}

}  // namespace

std::string video_codecs(const Plan& plan, const VideoRung& rung) {
  if (!rung.codecs.empty()) return rung.codecs;
  char level[8];
  std::snprintf(level, sizeof level, "%02x",
                static_cast<unsigned>(avc_level(rung, plan.frame_rate)));
  return std::string("avc1.6400") + level;
}

DeclaredRate declared_rate(const VideoRung& rung, const std::vector<MeasuredRate>& rates) {
  // With a buffer of two seconds at the cap, a segment of four may peak at one and a half of it.
  return measured_or(rates, rung.name, rung.max_kbps * 1500LL);
}

DeclaredRate declared_rate(const AudioRung& rung, const std::vector<MeasuredRate>& rates) {
  return measured_or(rates, rung.name, rung.kbps * 1100LL);
}

std::string quotable(std::string_view text) {
  std::string result;
  for (const char each : text) {
    const bool is_control = static_cast<unsigned char>(each) < 0x20 || each == 0x7f;
    if (!is_control) result += each == '"' ? '\'' : each;
  }
  return result;
}

std::vector<CaptionTrack> with_distinct_labels(std::vector<CaptionTrack> captions) {
  std::set<std::string> taken;
  for (CaptionTrack& track : captions) {
    const std::string label = quotable(track.label);
    track.label = label;
    for (int n = 2; !taken.insert(track.label).second; ++n)
      track.label = label + " " + std::to_string(n);
  }
  return captions;
}

std::vector<VideoRung> offered_video(const Plan& plan, const OfferedMedia& offered) {
  std::vector<VideoRung> rungs;
  const auto add = [&](const VideoRung& rung) {
    if (is_offered(plan, offered, rung)) rungs.push_back(rung);
  };
  if (plan.copied) add(*plan.copied);
  for (const VideoRung& rung : plan.video) add(rung);
  if (plan.background) add(*plan.background);
  return rungs;
}

}  // namespace weike::media
