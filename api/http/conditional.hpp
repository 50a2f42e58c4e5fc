#pragma once

#include "api/http/http_date.hpp"
#include "api/http/message.hpp"

#include <optional>
#include <string>
#include <string_view>

// Entity tags and preconditions (RFC 9110 §8.8.3 and §13). An absent field is an empty view. Tags
// are given as they stand in a header: "\"17\"" or "W/\"17\"".
namespace weike::http {

// The fields of a request that ask for an answer only under conditions, or for a part of it. Views
// into the request.
struct Conditions {
  std::string_view if_match = {};
  std::string_view if_unmodified_since = {};
  std::string_view if_none_match = {};
  std::string_view if_modified_since = {};
  std::string_view if_range = {};
  std::string_view range = {};
};
Conditions conditions_of(const RequestHead& head);
Conditions conditions_of(const Headers& headers);

// What tells one state of a resource from another.
struct Validators {
  std::string_view etag;
  // Only if the resource cannot have changed again within that second: then it is as strong as a
  // strong tag (§8.8.2.2).
  std::optional<HttpTime> last_modified = {};
};

enum class Verdict {
  proceed,
  not_modified,  // 304
  failed,        // 412
};

// Judges all conditions but If-Range, in the order of §13.2.2. Dates that cannot be read, and dates
// where the resource has none, mean nothing.
Verdict judge(const Conditions& conditions, Method method, const Validators& validators);

// The condition of §13.1.5: a strong tag, or the very date of the last change.
bool is_same_representation(std::string_view if_range, const Validators& validators);

// A strong tag around `opaque`, which holds no quote.
std::string quoted_tag(std::string_view opaque);

// If-None-Match names the tag (weak comparison) or "*": answer 304 to GET and HEAD.
bool is_not_modified(std::string_view if_none_match, std::string_view etag);
// If-Match is absent, "*", or names the tag (strong comparison). False means 412.
bool is_match(std::string_view if_match, std::string_view etag);

// 304 with the fields a cache may need (§15.4.5).
Response not_modified(std::string_view etag, std::string_view cache_control);

}  // namespace weike::http
