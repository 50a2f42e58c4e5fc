#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

// Dates of HTTP fields (RFC 9110 §5.6.7), whole seconds in UTC.
namespace weike::http {

using HttpTime = std::chrono::sys_seconds;

// "Sun, 06 Nov 1994 08:49:37 GMT".
std::string to_http_date(HttpTime time);

// That form, and the two obsolete ones that a recipient must accept: "Sunday, 06-Nov-94 08:49:37
// GMT" and "Sun Nov  6 08:49:37 1994". Two digits of a year are the last such year that is not more
// than 50 years after `now`. Nothing if the text is none of them or no day of the calendar; the
// name of the weekday is not compared with the date.
std::optional<HttpTime> parse_http_date(std::string_view text, HttpTime now);

}  // namespace weike::http
