#include "media/probe/verdict.hpp"

#include "media/plan/ladder.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace weike::media {
namespace {

constexpr std::uint32_t kShortLessonMs = 15'000;

nlohmann::json video_sheet(const VideoFacts& video) {
  const ShownSize shown =
      shown_size(video.width, video.height, video.sample_aspect, video.orientation);
  nlohmann::json sheet;
  sheet["codec"] = video.codec;
  sheet["width"] = std::lround(shown.width);
  sheet["height"] = std::lround(shown.height);
  sheet["rotation"] = video.orientation.quarter_turns * 90;
  sheet["fps"] = std::round(video.rate.fps.value() * 1000) / 1000;
  sheet["frame_rate_kind"] = video.rate.is_constant ? "constant" : "variable";
  sheet["hdr"] = video.tone_curve != ToneCurve::sdr;
  sheet["bitrate"] = video.bit_rate;
  return sheet;
}

nlohmann::json loudness_sheet(const Loudness& loudness) {
  nlohmann::json sheet;
  sheet["measured_lufs"] = nullptr;
  if (loudness.measured_lufs) sheet["measured_lufs"] = *loudness.measured_lufs;
  sheet["gain_db"] = loudness.gain_db;
  return sheet;
}

nlohmann::json plan_sheet(const Plan& plan) {
  auto names = nlohmann::json::array();
  for (const VideoRung& rung : plan.video) names.push_back(rung.name);
  for (const AudioRung& rung : plan.audio) names.push_back(rung.name);
  nlohmann::json sheet;
  sheet["renditions"] = std::move(names);
  sheet["copied"] = plan.copied.has_value();
  sheet["copied_refused"] = nullptr;
  if (!plan.copied_refused.empty()) sheet["copied_refused"] = plan.copied_refused;
  sheet["skips_stills"] = plan.skips_stills;
  return sheet;
}

// By more than a second and a twentieth, whether the sound that goes on longer counts or not.
bool is_duration_wrong(const SourceFacts& facts) {
  if (!facts.declared_duration_us) return false;
  const std::int64_t picture_end = facts.video.end_us;
  const std::int64_t end = facts.audio ? std::max(picture_end, facts.audio->end_us) : picture_end;
  const auto differs_from = [&](std::int64_t real_us) {
    const std::int64_t difference = std::abs(*facts.declared_duration_us - real_us);
    return difference > 1'000'000 && difference * 20 > real_us;
  };
  return differs_from(picture_end - facts.video.first_us) &&
         differs_from(end - facts.video.first_us);
}

}  // namespace

nlohmann::json make_sheet(const SourceFacts& facts, const Plan& plan) {
  nlohmann::json sheet;
  auto warnings = nlohmann::json::array();
  sheet["container"] = facts.container;
  sheet["video"] = video_sheet(facts.video);
  sheet["audio"] = nullptr;
  if (facts.audio) {
    sheet["audio"] = {{"codec", facts.audio->codec},
                      {"channels", facts.audio->channels},
                      {"sample_rate", facts.audio->sample_rate}};
  } else {
    warnings.push_back("no_audio");
  }
  sheet["duration_ms"] = plan.duration_ms();
  sheet["declared_duration_ms"] = nullptr;
  if (facts.declared_duration_us)
    sheet["declared_duration_ms"] = *facts.declared_duration_us / 1000;
  if (plan.duration_ms() < kShortLessonMs) warnings.push_back("short_lesson");
  if (facts.video.tone_curve != ToneCurve::sdr) warnings.push_back("hdr_converted");
  if (is_duration_wrong(facts)) warnings.push_back("wrong_duration");
  sheet["warnings"] = std::move(warnings);
  return sheet;
}

nlohmann::json make_verdict(const SourceFacts& facts, const Plan& plan, const Loudness& loudness) {
  auto verdict = make_sheet(facts, plan);
  auto& warnings = verdict["warnings"];
  verdict["video"]["interlaced"] = facts.video.is_interlaced;
  verdict["video"]["surplus_frames"] = facts.video.surplus_frames;
  verdict["loudness"] = nullptr;
  if (facts.audio) verdict["loudness"] = loudness_sheet(loudness);
  if (facts.audio && !loudness.measured_lufs) warnings.push_back("silent_audio");
  if (facts.is_cut_short) warnings.push_back("truncated");
  if (facts.video.surplus_frames > 0) warnings.push_back("uneven_times");
  verdict["plan"] = plan_sheet(plan);
  return verdict;
}

}  // namespace weike::media
