#include "api/pages/site_files.hpp"

#include "api/http/conditional.hpp"
#include "api/http/digest.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <utility>

namespace weike::pages {
namespace {

constexpr std::size_t kSmallestPacked = 256;

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

bool is_worth_packing(std::string_view content_type) {
  return content_type.starts_with("text/") || content_type.starts_with("application/") ||
         content_type.starts_with("image/svg");
}

// Null when packing does not make it smaller.
http::SharedBytes gzip(const std::string& bytes) {
  z_stream stream{};
  constexpr int kGzipWindow = 15 + 16;  // zlib: 16 more asks for a gzip head.
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    return nullptr;
  }
  std::string packed(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  // zlib's input pointer has no const form.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const bool is_packed = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (!is_packed || packed.size() >= bytes.size()) return nullptr;
  packed.shrink_to_fit();
  return std::make_shared<const std::string>(std::move(packed));
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

Result<SiteFile> load_site_file(const std::filesystem::path& file, std::string_view path) {
  std::ifstream stream(file, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  if (!stream.good() && !stream.eof()) {
    return Error{ErrorCode::unavailable, "cannot read " + file.string()};
  }
  SiteFile loaded;
  loaded.content_type = content_type_of(path);
  loaded.is_hashed = is_hashed_name(path);
  loaded.etag = http::quoted_tag(http::to_hex(http::sha256(bytes)).substr(0, 24));
  if (bytes.size() >= kSmallestPacked && is_worth_packing(loaded.content_type)) {
    loaded.gzipped = gzip(bytes);
  }
  loaded.bytes = std::make_shared<const std::string>(std::move(bytes));
  return loaded;
}

}  // namespace weike::pages
