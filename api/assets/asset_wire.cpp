#include "api/assets/asset_service.hpp"
#include "api/assets/causes.hpp"
#include "api/assets/findings.hpp"
#include "api/http/reply.hpp"
#include "model/json.hpp"

namespace weike::assets {
namespace {

nlohmann::json cause_json(const Asset& asset, http::Language language) {
  if (!asset.cause) return nullptr;
  const auto& text = cause_of(asset.cause->code).text(language);
  return {{"code", asset.cause->code}, {"title", text.title}, {"hint", text.hint}};
}

nlohmann::json renditions_json(const Asset& asset) {
  auto renditions = nlohmann::json::array();
  for (const auto& rendition : asset.renditions) {
    renditions.push_back({{"name", rendition.name},
                          {"done", rendition.done},
                          {"total", rendition.total},
                          {"size_bytes", rendition.size_bytes}});
  }
  return renditions;
}

nlohmann::json progress_json(const Asset& asset, http::Language language,
                             std::optional<Milliseconds> forecast) {
  return {{"id", asset.id},
          {"state", name_of(asset.state)},
          {"stage", asset.stage},
          {"percent", asset.percent},
          {"playable", asset.is_playable},
          {"publishable", asset.is_publishable},
          {"cause", cause_json(asset, language)},
          {"forecast_ms", forecast ? nlohmann::json(forecast->count()) : nlohmann::json(nullptr)}};
}

}  // namespace

nlohmann::json to_wire(const Asset& asset, http::Language language, const Standing& standing,
                       const AssetUrls& urls) {
  auto json = progress_json(asset, language, standing.forecast);
  json["hls_url"] = urls.hls;
  json["poster_url"] = urls.poster;
  json["poster_small_url"] = urls.poster_small;
  json["storyboard_url"] = urls.storyboard;
  json["covers"] = urls.covers;
  json["duration_ms"] = asset.duration_ms;
  json["width"] = asset.width;
  json["height"] = asset.height;
  json["has_audio"] = asset.has_audio;
  json["queue_place"] = nullptr;
  if (standing.queue_place) json["queue_place"] = *standing.queue_place;
  json["file_name"] = asset.file_name;
  json["size_bytes"] = asset.source_bytes;
  json["trim"] = nullptr;
  if (asset.trim) json["trim"] = {{"in_ms", asset.trim->in_ms}, {"out_ms", asset.trim->out_ms}};
  json["renditions"] = renditions_json(asset);
  json["verdict"] = asset.verdict;
  json["captions"] = nlohmann::json::array();
  for (const auto& captions : asset.captions) json["captions"].push_back(to_wire(captions));
  json["findings"] = findings_of(asset, language);
  json["attempts"] = asset.attempts;
  json["created_at"] = to_rfc3339(asset.created_at);
  json["updated_at"] = to_rfc3339(asset.updated_at);
  return json;
}

nlohmann::json to_wire(const Captions& captions) {
  return {{"id", captions.id},
          {"language", captions.language},
          {"label", captions.label},
          {"cues", captions.cues}};
}

events::Event event_of(const Asset& asset, std::optional<Milliseconds> forecast) {
  // All listeners get the same bytes, so the cause is in the first language; its code is in both.
  return {.name = "asset",
          .data = http::to_text(progress_json(asset, http::Language::zh, forecast)),
          .accounts = {asset.owner},
          .subject = asset.id.text()};
}

JobId job_of(AssetId id) { return JobId::from_bytes(id.raw()).value_or(JobId{}); }

std::string blob_name(AssetId id, std::string_view file) {
  return "assets/" + id.text() + "/" + std::string(file);
}

std::vector<media::MeasuredRate> measured_rates(const Asset& asset) {
  std::vector<media::MeasuredRate> rates;
  if (asset.state != AssetState::ready) return rates;
  for (const auto& rendition : asset.renditions) {
    rates.push_back({rendition.name, rendition.peak_bps, rendition.average_bps,
                     rendition.iframe_peak_bps, rendition.iframe_average_bps});
  }
  return rates;
}

}  // namespace weike::assets
