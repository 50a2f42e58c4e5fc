#include "api/pages/site_files.hpp"

#include "api/http/conditional.hpp"
#include "api/http/digest.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace weike::pages {
namespace {

// Scripts and styles come from here only; hls.js feeds the player through blobs, begins its tracks
// of captions with an empty data: file, and works in a worker; TDesign sets styles of elements.
constexpr const char* kContentSecurityPolicy =
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' data: blob:; "
    "worker-src 'self' blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'";

constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kTypes{{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".webp", "image/webp"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".woff", "font/woff"},
    {".txt", "text/plain; charset=utf-8"},
    {".wasm", "application/wasm"},
}};

std::vector<http::Headers::Field> safety_of(std::string_view content_type) {
  std::vector<http::Headers::Field> fields{{"X-Content-Type-Options", "nosniff"}};
  if (content_type.starts_with("text/html") || content_type.starts_with("image/svg")) {
    fields.emplace_back("Content-Security-Policy", kContentSecurityPolicy);
    fields.emplace_back("X-Frame-Options", "DENY");
    // Signed media paths must not leave with a click on a link.
    fields.emplace_back("Referrer-Policy", "same-origin");
  }
  return fields;
}

// Nothing if it was written only now, and might be written again within the second.
std::optional<http::HttpTime> last_modified_of(const std::filesystem::path& file) {
  std::error_code failure;
  const auto written = std::filesystem::last_write_time(file, failure);
  if (failure) return std::nullopt;
  const auto time =
      std::chrono::floor<std::chrono::seconds>(std::chrono::file_clock::to_sys(written));
  const bool is_over = time + std::chrono::seconds{1} <= std::chrono::system_clock::now();
  return is_over ? std::optional<http::HttpTime>(time) : std::nullopt;
}

}  // namespace

std::string_view content_type_of(std::string_view file_name) {
  for (const auto& [ending, type] : kTypes) {
    if (file_name.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

bool is_hashed_name(std::string_view path) {
  return path.starts_with("/assets/") || path.starts_with("/console/assets/");
}

Result<http::ContentPtr> load_site_file(const std::filesystem::path& file, std::string_view path) {
  std::ifstream stream(file, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  if (!stream.good() && !stream.eof()) {
    return Error{ErrorCode::unavailable, "cannot read " + file.string()};
  }
  http::ContentTraits traits;
  traits.type = content_type_of(path);
  traits.etag = http::quoted_tag(http::to_hex(http::sha256(bytes)).substr(0, 24));
  traits.last_modified = last_modified_of(file);
  traits.caching = {is_hashed_name(path) ? "public, max-age=31536000, immutable" : "no-cache"};
  traits.safety = safety_of(traits.type);
  traits.effort = http::Effort::thorough;
  traits.serves_ranges = true;
  return std::make_shared<const http::Content>(
      std::make_shared<const std::string>(std::move(bytes)), std::move(traits));
}

}  // namespace weike::pages
