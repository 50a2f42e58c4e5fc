#pragma once

#include "api/http/content.hpp"
#include "model/error.hpp"

#include <filesystem>
#include <string_view>

namespace weike::pages {

// "text/javascript; charset=utf-8" for "index-x.js"; octet-stream for what is unknown.
std::string_view content_type_of(std::string_view file_name);

// Vite puts everything whose name carries a hash into the folder "assets".
bool is_hashed_name(std::string_view path);

// Reads one file of the pages, to be served at `path`. `unavailable` when it cannot be read.
Result<http::ContentPtr> load_site_file(const std::filesystem::path& file, std::string_view path);

}  // namespace weike::pages
