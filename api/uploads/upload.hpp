#pragma once

#include "model/id.hpp"
#include "model/time.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weike::uploads {

// receiving -> complete, or -> expired when nobody went on with it or its owner gave it up.
enum class UploadState { receiving, complete, expired };
std::string_view name_of(UploadState state);

// A file on its way in. Stored; versioned JSON. While it is received, only the holder of its lock
// writes it.
struct Upload {
  UploadId id;
  AccountId owner;
  UnitId unit;
  UploadState state = UploadState::receiving;
  std::uint64_t offset_bytes = 0;           // So much is durable and acknowledged.
  std::optional<std::uint64_t> size_bytes;  // Nothing while its length is deferred.
  std::uint64_t reserved_bytes = 0;         // Its share of the unit's quota.
  std::string metadata;                     // The Upload-Metadata field as it was sent.
  std::string file_name;
  bool has_blob = true;  // Owns its bytes: they go with it. Not after an asset took them over.
  std::optional<AssetId> asset;
  Timestamp created_at{};
  Timestamp expires_at{};  // Given up then; or, when it is over, forgotten.

  bool is_overdue(Timestamp now) const {
    return state == UploadState::receiving && expires_at <= now;
  }
  // All bytes are there, but it was not finished yet.
  bool is_due() const { return state == UploadState::receiving && size_bytes == offset_bytes; }
  // "uploads/{id}": the bytes stay there as the asset's source.
  std::string blob_name() const { return "uploads/" + id.text(); }
};

// What a glance at the index told while the rest was still coming (media::GlanceTask); stored
// beside the upload, which belongs to whoever writes it.
struct Glance {
  nlohmann::json sheet = nullptr;    // As the verdict of an asset; null if nothing could be told.
  std::optional<std::string> cause;  // The file cannot be used: a word of api/assets/causes.hpp.
};

void to_json(nlohmann::json& json, const Glance& glance);
void from_json(const nlohmann::json& json, Glance& glance);
void to_json(nlohmann::json& json, const Upload& upload);
void from_json(const nlohmann::json& json, Upload& upload);

}  // namespace weike::uploads
