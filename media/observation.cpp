#include "media/observation.hpp"

namespace weike::media {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(TimeSpan, from_ms, to_ms)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Borders, left, top, right, bottom)

namespace {

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
  json["energies"] = notes.energies;
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

}  // namespace

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
