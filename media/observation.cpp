#include "media/observation.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <iterator>

namespace weike::media {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(TimeSpan, from_ms, to_ms)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Borders, left, top, right, bottom)

namespace {

// Five digits are far more than loudness needs; a double would be written with seventeen.
double shortened(float value) {
  std::array<char, 32> text{};
  const int length = std::snprintf(text.data(), text.size(), "%.4e", static_cast<double>(value));
  double shorter = 0;
  std::from_chars(text.data(), text.data() + length, shorter);
  return shorter;
}

nlohmann::json picture_json(const PictureNotes& notes) {
  nlohmann::json json;
  json["frames"] = notes.frames;
  json["damaged_frames"] = notes.damaged_frames;
  json["decoded_until_ms"] = notes.decoded_until_ms;
  json["black"] = notes.black;
  json["frozen"] = notes.frozen;
  if (notes.borders) json["borders"] = *notes.borders;
  return json;
}

PictureNotes picture_notes(const nlohmann::json& json) {
  PictureNotes notes;
  json.at("frames").get_to(notes.frames);
  json.at("damaged_frames").get_to(notes.damaged_frames);
  json.at("decoded_until_ms").get_to(notes.decoded_until_ms);
  json.at("black").get_to(notes.black);
  json.at("frozen").get_to(notes.frozen);
  if (json.contains("borders")) notes.borders = json.at("borders").get<Borders>();
  return notes;
}

nlohmann::json sound_json(const SoundNotes& notes) {
  nlohmann::json json;
  json["true_peak_db"] = notes.true_peak_db;
  auto& energies = json["energies"] = nlohmann::json::array();
  for (const float energy : notes.energies) energies.push_back(shortened(energy));
  json["silent"] = notes.silent;
  return json;
}

SoundNotes sound_notes(const nlohmann::json& json) {
  SoundNotes notes;
  json.at("true_peak_db").get_to(notes.true_peak_db);
  json.at("energies").get_to(notes.energies);
  json.at("silent").get_to(notes.silent);
  return notes;
}

// Two more than the shortest span that is noted leaves room for.
constexpr std::int64_t kShortestSpanMs = 400;
// A piece of 100 ms that ends in the segment may begin before it, and a segment's sound half an AAC
// frame before its pictures.
constexpr std::int64_t kSlackMs = 100 + 11 + 1;

bool are_spans_plausible(const std::vector<TimeSpan>& spans, std::int64_t from_ms,
                         std::int64_t to_ms) {
  std::int64_t last = from_ms - kSlackMs;
  for (const TimeSpan& span : spans) {
    if (span.from_ms < last || span.to_ms <= span.from_ms) return false;
    last = span.to_ms;
  }
  return last <= to_ms + kSlackMs && std::ssize(spans) <= (to_ms - from_ms) / kShortestSpanMs + 2;
}

bool are_borders_plausible(const Borders& borders) {
  const auto is_part = [](int value) { return value >= 0 && value <= 1000; };
  return is_part(borders.left) && is_part(borders.top) && is_part(borders.right) &&
         is_part(borders.bottom) && borders.left + borders.right <= 1000 &&
         borders.top + borders.bottom <= 1000;
}

bool is_energy(float energy) { return std::isfinite(energy) && energy >= 0 && energy < 1000; }

}  // namespace

bool is_plausible(const Observation& observation, const Plan& plan, const Segment& segment) {
  const auto time_ms = [&](std::int64_t frame) {
    return frame * 1000 * plan.frame_rate.den / plan.frame_rate.num;
  };
  const std::int64_t from = time_ms(segment.first_frame);
  const std::int64_t to = time_ms(segment.first_frame + segment.frame_count) + 1;
  if (const auto& picture = observation.picture) {
    const bool are_counts_sound =
        picture->frames == segment.frame_count && picture->damaged_frames >= 0 &&
        picture->damaged_frames <= picture->frames && picture->decoded_until_ms >= 0 &&
        picture->decoded_until_ms <= plan.duration_ms() + 1000LL * 3600;
    if (!are_counts_sound || !are_spans_plausible(picture->black, from, to) ||
        !are_spans_plausible(picture->frozen, from, to))
      return false;
    if (picture->borders && !are_borders_plausible(*picture->borders)) return false;
  }
  if (const auto& sound = observation.sound) {
    const auto pieces = segment.audio_frame_count * 1024 / 4800 + 1;
    const bool are_levels_sound =
        sound->true_peak_db >= -120 && sound->true_peak_db <= 40 &&
        std::ssize(sound->energies) <= pieces &&
        std::all_of(sound->energies.begin(), sound->energies.end(), is_energy);
    if (!are_levels_sound || !are_spans_plausible(sound->silent, from, to)) return false;
  }
  return true;
}

void to_json(nlohmann::json& json, const Observation& observation) {
  json = nlohmann::json::object();
  if (observation.picture) json["picture"] = picture_json(*observation.picture);
  if (observation.sound) json["sound"] = sound_json(*observation.sound);
}

void from_json(const nlohmann::json& json, Observation& observation) {
  if (json.contains("picture")) observation.picture = picture_notes(json.at("picture"));
  if (json.contains("sound")) observation.sound = sound_notes(json.at("sound"));
}

}  // namespace weike::media
