#pragma once

#include "api/http/message.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace weike::http {

// JSON that no cache keeps; a handler whose answer may be kept sets Cache-Control anew.
Response json_response(int status, const nlohmann::json& body);
// 204, kept by no cache.
Response no_content();
// `json` as text. Bytes that are no UTF-8 become U+FFFD instead of a failure.
std::string to_text(const nlohmann::json& json);

}  // namespace weike::http
