#pragma once

#include "media/observation.hpp"
#include "media/plan/plan.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

// The second part of the verdict sheet: what was seen and heard while the smallest rung and the
// sound were made. Pure functions of the plan and of the notes of all segments
// (docs/decisions/0009-observations-and-verdict.md).
namespace weike::server {

// Notes by segment number.
using Observations = std::map<std::uint32_t, media::Observation>;

struct SoundSheet {
  std::optional<double> loudness_lufs;  // Integrated (ITU-R BS.1770-4); nothing for silence.
  double true_peak_dbtp = -120;
  std::vector<media::TimeSpan> silent;
};

struct ContentSheet {
  std::int64_t duration_ms = 0;  // Of what could be decoded.
  std::int64_t planned_ms = 0;   // Of what the index declared.
  std::int64_t frames = 0;
  std::int64_t damaged_frames = 0;
  std::vector<media::TimeSpan> black;
  std::vector<media::TimeSpan> frozen;
  std::optional<media::Borders> borders;  // Burnt into the picture all along.
  std::optional<SoundSheet> sound;
};
void to_json(nlohmann::json& json, const ContentSheet& sheet);

// Spans shorter than this are no news. Slides stand still for long and mean to.
constexpr std::int64_t kMinBlackMs = 1'000;
constexpr std::int64_t kMinFrozenMs = 10'000;
constexpr std::int64_t kMinSilentMs = 3'000;

// The renditions whose notes make the sheet: the smallest rung, and the largest sound or "".
std::string picture_rendition(const media::Plan& plan);
std::string sound_rendition(const media::Plan& plan);

// Nothing while notes of a segment are missing.
std::optional<ContentSheet> fold_content(const media::Plan& plan, const Observations& picture,
                                         const Observations& sound);

// More than 5 % of the frames that the lesson shall have are beyond repair.
bool is_too_damaged(std::int64_t damaged_frames, const media::Plan& plan);

// Loudness of the whole from the weighted mean squares of 100 ms each: blocks of 400 ms, 75 %
// overlap, gated at -70 LUFS and 10 LU below what is above that. Nothing if all is silence.
std::optional<double> integrated_lufs(std::span<const float> energies);

// Sorted spans, those that touch joined, those shorter than `min_ms` left out; the longest of them
// when there are very many.
std::vector<media::TimeSpan> join_spans(std::vector<media::TimeSpan> spans, std::int64_t min_ms);

// The borders that nearly all of these pictures have at least; nothing if there are none to speak
// of.
std::optional<media::Borders> common_borders(std::span<const media::Borders> pictures);

}  // namespace weike::server
