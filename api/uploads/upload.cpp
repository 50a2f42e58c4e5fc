#include "api/uploads/upload.hpp"

#include "model/json.hpp"

namespace weike::uploads {

std::string_view name_of(UploadState state) {
  switch (state) {
    case UploadState::receiving:
      return "receiving";
    case UploadState::complete:
      return "complete";
    case UploadState::expired:
      return "expired";
  }
  return "expired";
}

namespace {

UploadState state_of(const std::string& name) {
  for (const auto state : {UploadState::receiving, UploadState::complete, UploadState::expired}) {
    if (name_of(state) == name) return state;
  }
  throw nlohmann::json::type_error::create(302, "unknown upload state", nullptr);
}

}  // namespace

void to_json(nlohmann::json& json, const Glance& glance) {
  json = {{"version", 1}, {"sheet", glance.sheet}};
  if (glance.cause) json["cause"] = *glance.cause;
}

void from_json(const nlohmann::json& json, Glance& glance) {
  glance = Glance{};
  if (const auto sheet = json.find("sheet"); sheet != json.end()) glance.sheet = *sheet;
  if (json.contains("cause")) glance.cause = json["cause"].get<std::string>();
}

void to_json(nlohmann::json& json, const Upload& upload) {
  json = {{"version", 1},
          {"id", upload.id},
          {"owner", upload.owner},
          {"unit", upload.unit},
          {"state", name_of(upload.state)},
          {"offset_bytes", upload.offset_bytes},
          {"reserved_bytes", upload.reserved_bytes},
          {"metadata", upload.metadata},
          {"file_name", upload.file_name},
          {"has_blob", upload.has_blob},
          {"created_at", to_epoch_ms(upload.created_at)},
          {"expires_at", to_epoch_ms(upload.expires_at)}};
  if (upload.size_bytes) json["size_bytes"] = *upload.size_bytes;
  if (upload.asset) json["asset"] = *upload.asset;
}

void from_json(const nlohmann::json& json, Upload& upload) {
  upload = Upload{};
  json.at("id").get_to(upload.id);
  json.at("owner").get_to(upload.owner);
  json.at("unit").get_to(upload.unit);
  upload.state = state_of(json.at("state").get_ref<const std::string&>());
  json.at("offset_bytes").get_to(upload.offset_bytes);
  upload.reserved_bytes = json.value("reserved_bytes", std::uint64_t{0});
  upload.metadata = json.value("metadata", "");
  upload.file_name = json.value("file_name", "");
  upload.has_blob = json.value("has_blob", true);
  upload.created_at = from_epoch_ms(json.value("created_at", std::int64_t{0}));
  upload.expires_at = from_epoch_ms(json.value("expires_at", std::int64_t{0}));
  if (json.contains("size_bytes")) upload.size_bytes = json["size_bytes"].get<std::uint64_t>();
  if (json.contains("asset")) upload.asset = json["asset"].get<AssetId>();
}

}  // namespace weike::uploads
