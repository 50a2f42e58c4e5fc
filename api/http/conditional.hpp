#pragma once

#include "api/http/message.hpp"

#include <string>
#include <string_view>

// Entity tags and preconditions (RFC 9110 §8.8.3 and §13). An absent field is an empty view. Tags
// are given as they stand in a header: "\"17\"" or "W/\"17\"".
namespace weike::http {

// A strong tag around `opaque`, which holds no quote.
std::string quoted_tag(std::string_view opaque);

// If-None-Match names the tag (weak comparison) or "*": answer 304 to GET and HEAD.
bool is_not_modified(std::string_view if_none_match, std::string_view etag);
// If-Match is absent, "*", or names the tag (strong comparison). False means 412.
bool is_match(std::string_view if_match, std::string_view etag);

// 304 with the fields a cache may need (§15.4.5).
Response not_modified(std::string_view etag, std::string_view cache_control);

}  // namespace weike::http
