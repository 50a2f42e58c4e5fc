#pragma once

#include "api/http/message.hpp"
#include "model/error.hpp"

namespace weike::http {

// The one map from codes to status: not_found 404, invalid_argument 400, conflict 409,
// unauthorized 401, forbidden 403, too_large 413, unavailable 503, deadline_exceeded 504, locked
// 423, rate_limited 429, precondition_failed 412, unsupported_type 415, checksum_mismatch 460
// (tus), gone 410, out_of_space 507, corrupt and internal 500.
int status_of(ErrorCode code);

// application/problem+json (RFC 9457): {type, title, status, code, detail, request_id, field?} with
// title and detail in the request's language. `code` is the error's reason, or its code's name.
// Bodies of 5xx say nothing about the inside.
Response problem(const Error& error, const Request& request);

// The same for failures that never reached a handler.
Response problem(const Error& error, Language language, std::string_view request_id);

// With a status that no code has, for what belongs to HTTP alone: 408, 414, 417, 431, 501, 505.
Response problem(const Error& error, Language language, std::string_view request_id, int status);

}  // namespace weike::http
