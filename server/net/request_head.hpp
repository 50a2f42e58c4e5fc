#pragma once

#include "api/http/message.hpp"
#include "server/net/net_options.hpp"

#include <cstdint>
#include <list>
#include <string>
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
  method_not_implemented,  // 501: CONNECT, which must not leave a client with half a tunnel.
  misdirected,             // 421: an https target on a connection that is not secure.
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

// A parsed head. All views point into the bytes it was parsed from, or into memory of its own.
// Reused: `fields` keeps its memory.
struct ParsedHead {
  http::RequestHead head;                          // `method` with X-HTTP-Method-Override applied.
  http::Method wire_method = http::Method::other;  // Without it; decides about HEAD framing.
  bool is_http_1_0 = false;
  bool keep_alive = true;
  BodyFraming framing;
  // Of an absolute-form target, and then instead of the Host field (RFC 9112 §3.2.2); else empty.
  std::string_view target_host;
  bool target_is_https = false;
  std::vector<HeadField> fields;

  // Fields of `head` that came more than once, as the one list that they are (RFC 9110 §5.3).
  struct Joined {
    std::string_view name;
    std::string value;
  };
  std::list<Joined> joined;
  std::string rewritten;  // The head, if its version had to be read as another.
};

// Parses what `scan_head` found complete, and checks the framing to the letter: Beast 1.81 lets
// several requests through that RFC 9112 §6 refuses.
Refusal parse_head(std::string_view bytes, const NetOptions& options, ParsedHead& parsed);

}  // namespace weike::server
