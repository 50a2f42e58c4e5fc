#pragma once

#include "api/http/message.hpp"
#include "server/net/net_options.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace weike::server {

// Why a request is refused before it reaches a route. The connection closes behind the answer.
enum class Refusal {
  none,
  malformed,               // 400: breaks RFC 9112, or could be read in two ways.
  target_too_long,         // 414
  head_too_large,          // 431
  version_not_supported,   // 505
  coding_not_implemented,  // 501
  expectation_failed,      // 417
  timed_out,               // 408: the head or the body came too slowly.
  body_too_large,          // 413
};

// How the body of a request is delimited.
struct BodyFraming {
  bool is_chunked = false;
  std::uint64_t content_length = 0;
  bool expects_continue = false;
  bool has_body() const { return is_chunked || content_length > 0; }
};

struct HeadField {
  std::string_view name;
  std::string_view value;
};

// A parsed head. All views point into the bytes it was parsed from. Reused: `fields` keeps its
// memory.
struct ParsedHead {
  http::RequestHead head;                          // `method` with X-HTTP-Method-Override applied.
  http::Method wire_method = http::Method::other;  // Without it; decides about HEAD framing.
  bool is_http_1_0 = false;
  bool keep_alive = true;
  BodyFraming framing;
  std::string_view forwarded_for;
  std::string_view forwarded_proto;
  std::vector<HeadField> fields;
};

// Where the head ends. Finds at once what could make two parsers disagree: bare CR or LF, NUL and
// other control characters, folded lines.
struct HeadScan {
  enum class State { incomplete, complete, malformed } state = State::incomplete;
  std::size_t skipped = 0;  // An empty line before the request line (RFC 9112 §2.2).
  std::size_t end = 0;      // One behind the empty line that ends the head, when complete.
};
HeadScan scan_head(std::string_view bytes);

// Parses what `scan_head` found complete, and checks the framing to the letter: Beast 1.81 lets
// several requests through that RFC 9112 §6 refuses.
Refusal parse_head(std::string_view bytes, const NetOptions& options, ParsedHead& parsed);

}  // namespace weike::server
