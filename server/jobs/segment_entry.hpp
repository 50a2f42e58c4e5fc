#pragma once

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace weike::server {

// The journal's entry of one finished segment, stored under keys::segment.
struct SegmentEntry {
  std::uint64_t size_bytes = 0;
  std::string sha256;  // Lower-case hex.

  static SegmentEntry of(std::span<const std::byte> bytes);
};
void to_json(nlohmann::json& json, const SegmentEntry& entry);
void from_json(const nlohmann::json& json, SegmentEntry& entry);

// Which segment a file name means: "v360/12.m4s".
struct SegmentName {
  std::string rendition;
  std::uint32_t number = 0;

  static std::optional<SegmentName> parse(std::string_view file);
  std::string file() const;
};

}  // namespace weike::server
