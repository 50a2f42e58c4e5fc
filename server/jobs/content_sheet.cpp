#include "server/jobs/content_sheet.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace weike::server {
namespace {

using media::Borders;
using media::TimeSpan;

// Spans of neighbouring segments touch if no more than a frame of the slowest grid (10 fps), or one
// measured piece of sound, lies between them.
constexpr std::int64_t kTouchMs = 100;
constexpr std::size_t kMaxSpans = 200;
// Less than 1 % of a side is an encoder's edge, not a border.
constexpr int kMinBorderPerMille = 10;

double loudness_of(double mean_square) { return -0.691 + 10 * std::log10(mean_square); }

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// What nearly all have at least: one in twenty may have less.
int nearly_all_have(std::vector<int> values) {
  const auto spared = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 20);
  std::nth_element(values.begin(), spared, values.end());
  return *spared < kMinBorderPerMille ? 0 : *spared;
}

void append(std::vector<TimeSpan>& all, const std::vector<TimeSpan>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

bool has_all(const media::Plan& plan, const Observations& notes, bool is_picture) {
  return std::all_of(plan.segments.begin(), plan.segments.end(), [&](const auto& segment) {
    const auto found = notes.find(segment.number);
    if (found == notes.end()) return false;
    return is_picture ? found->second.picture.has_value() : found->second.sound.has_value();
  });
}

void fold_picture(ContentSheet& sheet, const Observations& notes) {
  std::vector<Borders> borders;
  for (const auto& [number, observation] : notes) {
    if (!observation.picture) continue;
    const auto& seen = *observation.picture;
    sheet.frames += seen.frames;
    sheet.damaged_frames += seen.damaged_frames;
    sheet.duration_ms = std::max(sheet.duration_ms, seen.decoded_until_ms);
    append(sheet.black, seen.black);
    append(sheet.frozen, seen.frozen);
    if (seen.borders) borders.push_back(*seen.borders);
  }
  sheet.black = join_spans(std::move(sheet.black), kMinBlackMs);
  sheet.frozen = join_spans(std::move(sheet.frozen), kMinFrozenMs);
  sheet.borders = common_borders(borders);
}

SoundSheet fold_sound(const Observations& notes) {
  SoundSheet sheet;
  std::vector<float> energies;
  for (const auto& [number, observation] : notes) {
    if (!observation.sound) continue;
    const auto& heard = *observation.sound;
    sheet.true_peak_dbtp = std::max(sheet.true_peak_dbtp, heard.true_peak_db);
    energies.insert(energies.end(), heard.energies.begin(), heard.energies.end());
    append(sheet.silent, heard.silent);
  }
  sheet.silent = join_spans(std::move(sheet.silent), kMinSilentMs);
  sheet.loudness_lufs = integrated_lufs(energies);
  return sheet;
}

nlohmann::json json_of(const std::vector<TimeSpan>& spans) {
  auto json = nlohmann::json::array();
  for (const auto& span : spans) {
    json.push_back({{"from_ms", span.from_ms}, {"to_ms", span.to_ms}});
  }
  return json;
}

double tenths(double value) { return std::round(value * 10) / 10; }

}  // namespace

void to_json(nlohmann::json& json, const ContentSheet& sheet) {
  const auto frames = static_cast<double>(std::max<std::int64_t>(1, sheet.frames));
  const auto share = static_cast<double>(sheet.damaged_frames) / frames;
  json = {{"duration_ms", sheet.duration_ms},
          {"planned_ms", sheet.planned_ms},
          {"frames", sheet.frames},
          {"damaged_frames", sheet.damaged_frames},
          {"damaged_share", std::round(share * 1e5) / 1e5},
          {"black", json_of(sheet.black)},
          {"frozen", json_of(sheet.frozen)},
          {"borders", nullptr},
          {"sound", nullptr}};
  if (const auto& edges = sheet.borders) {
    json["borders"] = {{"left_per_mille", edges->left},
                       {"top_per_mille", edges->top},
                       {"right_per_mille", edges->right},
                       {"bottom_per_mille", edges->bottom}};
  }
  if (!sheet.sound) return;
  auto& sound = json["sound"];
  sound = {{"true_peak_dbtp", tenths(sheet.sound->true_peak_dbtp)},
           {"loudness_lufs", nullptr},
           {"silent", json_of(sheet.sound->silent)}};
  if (sheet.sound->loudness_lufs) sound["loudness_lufs"] = tenths(*sheet.sound->loudness_lufs);
}

std::string picture_rendition(const media::Plan& plan) {
  return plan.video.empty() ? "" : plan.video.back().name;
}

std::string sound_rendition(const media::Plan& plan) {
  const auto largest =
      std::max_element(plan.audio.begin(), plan.audio.end(),
                       [](const auto& one, const auto& other) { return one.kbps < other.kbps; });
  return largest == plan.audio.end() ? "" : largest->name;
}

std::optional<ContentSheet> fold_content(const media::Plan& plan, const Observations& picture,
                                         const Observations& sound) {
  if (!has_all(plan, picture, true)) return std::nullopt;
  if (!plan.audio.empty() && !has_all(plan, sound, false)) return std::nullopt;
  ContentSheet sheet;
  sheet.planned_ms = plan.picture_ms();
  fold_picture(sheet, picture);
  if (!plan.audio.empty()) sheet.sound = fold_sound(sound);
  return sheet;
}

bool is_too_damaged(std::int64_t damaged_frames, const media::Plan& plan) {
  return damaged_frames * 20 > plan.frame_count;
}

std::optional<double> integrated_lufs(std::span<const float> energies) {
  constexpr std::size_t kPiecesOfBlock = 4;
  constexpr double kAbsoluteGateLufs = -70;
  constexpr double kRelativeGateLu = 10;
  std::vector<double> loud;  // Mean squares of the blocks above the gate.
  for (std::size_t first = 0; first + kPiecesOfBlock <= energies.size(); ++first) {
    const auto block = energies.subspan(first, kPiecesOfBlock);
    const double energy = std::accumulate(block.begin(), block.end(), 0.0) / kPiecesOfBlock;
    if (energy > 0 && loudness_of(energy) > kAbsoluteGateLufs) loud.push_back(energy);
  }
  if (loud.empty()) return std::nullopt;
  const double gate = loudness_of(mean(loud)) - kRelativeGateLu;
  std::erase_if(loud, [gate](double energy) { return loudness_of(energy) <= gate; });
  return loudness_of(mean(loud));
}

std::vector<TimeSpan> join_spans(std::vector<TimeSpan> spans, std::int64_t min_ms) {
  std::sort(spans.begin(), spans.end(),
            [](const TimeSpan& one, const TimeSpan& other) { return one.from_ms < other.from_ms; });
  std::vector<TimeSpan> joined;
  for (const auto& span : spans) {
    if (!joined.empty() && span.from_ms <= joined.back().to_ms + kTouchMs) {
      joined.back().to_ms = std::max(joined.back().to_ms, span.to_ms);
    } else {
      joined.push_back(span);
    }
  }
  const auto length = [](const TimeSpan& span) { return span.to_ms - span.from_ms; };
  std::erase_if(joined, [&](const TimeSpan& span) { return length(span) < min_ms; });
  if (joined.size() <= kMaxSpans) return joined;
  std::stable_sort(joined.begin(), joined.end(), [&](const TimeSpan& one, const TimeSpan& other) {
    return length(one) > length(other);
  });
  joined.resize(kMaxSpans);
  return join_spans(std::move(joined), min_ms);
}

std::optional<Borders> common_borders(std::span<const Borders> pictures) {
  if (pictures.empty()) return std::nullopt;
  const auto side = [&](int Borders::* edge) {
    std::vector<int> values;
    for (const auto& picture : pictures) values.push_back(picture.*edge);
    return nearly_all_have(std::move(values));
  };
  const Borders common{side(&Borders::left), side(&Borders::top), side(&Borders::right),
                       side(&Borders::bottom)};
  if (common == Borders{}) return std::nullopt;
  return common;
}

}  // namespace weike::server
