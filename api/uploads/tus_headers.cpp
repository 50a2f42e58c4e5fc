#include "api/uploads/tus_headers.hpp"

#include "api/http/base64.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <set>

namespace weike::uploads {
namespace {

constexpr std::size_t kMaxMetadataBytes = 4096;
constexpr std::size_t kMaxFileNameBytes = 255;

Error bad_field(std::string_view name, std::string_view why) {
  return {ErrorCode::invalid_argument, std::string(why), "", std::string(name)};
}

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

bool is_key(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7f;
  });
}

bool is_utf8(const std::string& text) {
  try {
    [[maybe_unused]] const auto checked = nlohmann::json(text).dump();
    return true;
  } catch (const nlohmann::json::exception&) {
    return false;
  }
}

// What is behind the last separator, as some devices send whole paths.
std::optional<std::string> plain_file_name(std::string name) {
  if (const auto separator = name.find_last_of("/\\"); separator != std::string::npos) {
    name.erase(0, separator + 1);
  }
  const bool has_controls = std::any_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  if (has_controls || name.size() > kMaxFileNameBytes || !is_utf8(name)) return std::nullopt;
  return name;
}

}  // namespace

Result<UploadMetadata> parse_metadata(std::string_view field) {
  auto refused = bad_field("Upload-Metadata", "malformed metadata");
  UploadMetadata metadata;
  if (field.size() > kMaxMetadataBytes) return refused;
  std::set<std::string_view> keys;
  while (!field.empty()) {
    const auto comma = field.find(',');
    const auto pair = trim(field.substr(0, comma));
    field.remove_prefix(comma == std::string_view::npos ? field.size() : comma + 1);
    const auto space = pair.find(' ');
    const auto key = pair.substr(0, space);
    if (!is_key(key) || !keys.insert(key).second) return refused;
    auto value = http::from_base64(space == std::string_view::npos ? std::string_view{}
                                                                   : trim(pair.substr(space)));
    if (!value) return refused;
    if (key == "filetype") {
      metadata.file_type = std::move(*value);
    } else if (key == "filename") {
      auto name = plain_file_name(std::move(*value));
      if (!name) return bad_field("filename", "file name is no text");
      metadata.file_name = std::move(*name);
    }
  }
  return metadata;
}

Result<ExpectedChecksum> parse_checksum(std::string_view field) {
  Error refused{ErrorCode::invalid_argument, "malformed checksum", "bad_checksum",
                "Upload-Checksum"};
  const auto space = field.find(' ');
  if (space == std::string_view::npos) return refused;
  const auto algorithm = field.substr(0, space);
  auto digest = http::from_base64(trim(field.substr(space)));
  if (!digest) return refused;
  const bool is_sha1 = algorithm == "sha1" && digest->size() == 20;
  const bool is_sha256 = algorithm == "sha256" && digest->size() == 32;
  if (!is_sha1 && !is_sha256) return refused;
  return ExpectedChecksum{is_sha1 ? ChecksumKind::sha1 : ChecksumKind::sha256, std::move(*digest)};
}

Result<std::optional<std::uint64_t>> byte_count(const http::Headers& headers,
                                                std::string_view name) {
  constexpr std::uint64_t kMost = 1ULL << 53;
  const auto field = headers.get(name);
  if (!field) return std::optional<std::uint64_t>{};
  std::uint64_t count = 0;
  const auto* const end = field->data() + field->size();
  const auto [stop, error] = std::from_chars(field->data(), end, count);
  const bool is_number = error == std::errc{} && stop == end && field->front() != '-';
  if (!is_number || count > kMost) return bad_field(name, "not a count of bytes");
  return std::optional<std::uint64_t>{count};
}

std::string to_http_date(Timestamp time) {
  static constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed",
                                                       "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                kDays[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text.data();
}

}  // namespace weike::uploads
