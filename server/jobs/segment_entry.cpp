#include "server/jobs/segment_entry.hpp"

#include "api/http/digest.hpp"

#include <charconv>

namespace weike::server {
namespace {

constexpr std::string_view kEnding = ".m4s";

}  // namespace

SegmentEntry SegmentEntry::of(std::span<const std::byte> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return {bytes.size(), http::to_hex(http::sha256(text))};
}

void to_json(nlohmann::json& json, const SegmentEntry& entry) {
  json = {{"version", 1}, {"size_bytes", entry.size_bytes}, {"sha256", entry.sha256}};
}

void from_json(const nlohmann::json& json, SegmentEntry& entry) {
  json.at("size_bytes").get_to(entry.size_bytes);
  json.at("sha256").get_to(entry.sha256);
}

std::optional<SegmentName> SegmentName::parse(std::string_view file) {
  const auto slash = file.find('/');
  if (slash == std::string_view::npos || !file.ends_with(kEnding)) return std::nullopt;
  auto digits = file.substr(slash + 1);
  digits.remove_suffix(kEnding.size());
  SegmentName name{std::string(file.substr(0, slash)), 0};
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), name.number);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return name;
}

std::string SegmentName::file() const {
  return rendition + "/" + std::to_string(number) + std::string(kEnding);
}

}  // namespace weike::server
