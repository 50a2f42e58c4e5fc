#pragma once

#include "api/http/message.hpp"
#include "model/error.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace weike::pages {

// One file of the web pages as it is served.
struct SiteFile {
  http::SharedBytes bytes;
  http::SharedBytes gzipped;  // Null when it is not smaller.
  std::string content_type;
  std::string etag;
  bool is_hashed = false;  // Its name changes with its content.
};

// "text/javascript; charset=utf-8" for "index-x.js"; octet-stream for what is unknown.
std::string_view content_type_of(std::string_view file_name);

// Vite puts everything whose name carries a hash into the folder "assets".
bool is_hashed_name(std::string_view path);

// Reads and packs one file. `unavailable` when it cannot be read.
Result<SiteFile> load_site_file(const std::filesystem::path& file, std::string_view path);

}  // namespace weike::pages
