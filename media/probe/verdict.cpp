#include "media/probe/verdict.hpp"

#include "media/plan/ladder.hpp"

#include <cmath>

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
  sheet["interlaced"] = video.is_interlaced;
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

}  // namespace

nlohmann::json make_verdict(const SourceFacts& facts, const Plan& plan, const Loudness& loudness) {
  nlohmann::json verdict;
  verdict["container"] = facts.container;
  verdict["video"] = video_sheet(facts.video);
  verdict["audio"] = nullptr;
  verdict["loudness"] = nullptr;
  auto warnings = nlohmann::json::array();
  if (facts.audio) {
    verdict["audio"] = {{"codec", facts.audio->codec},
                        {"channels", facts.audio->channels},
                        {"sample_rate", facts.audio->sample_rate}};
    verdict["loudness"] = loudness_sheet(loudness);
    if (!loudness.measured_lufs) warnings.push_back("silent_audio");
  } else {
    warnings.push_back("no_audio");
  }
  verdict["duration_ms"] = plan.duration_ms();
  if (plan.duration_ms() < kShortLessonMs) warnings.push_back("short_lesson");
  if (facts.is_cut_short) warnings.push_back("truncated");
  if (facts.video.tone_curve != ToneCurve::sdr) warnings.push_back("hdr_converted");
  verdict["warnings"] = warnings;
  return verdict;
}

}  // namespace weike::media
