#pragma once

#include "api/http/message.hpp"
#include "model/error.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weike::http {

// Undoes %XX. Nothing if an escape is malformed.
std::optional<std::string> percent_decode(std::string_view text);
// Escapes all but the unreserved characters of RFC 3986 §2.3.
std::string percent_encode(std::string_view text);
// "a=1&b=x+y" in order, names and values decoded, '+' as a space. Nothing if an escape is
// malformed.
std::optional<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view query);

// Fills `path` and `query` from `target` (origin form, "/path?query"), decoding the path once.
// `invalid_argument`, reason bad_target, for malformed escapes, control characters, backslashes,
// encoded slashes, and parts "." and "..", which no client of ours sends.
Result<> read_target(Request& request);

}  // namespace weike::http
