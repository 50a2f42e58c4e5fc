#pragma once

#include "server/net/request_head.hpp"

#include <cstddef>
#include <string_view>

namespace weike::server {

// What the framing rules need to know about the fields of a head.
struct FramingFields {
  std::size_t hosts = 0;
  std::string_view host;
  std::size_t content_lengths = 0;
  std::string_view content_length;
  std::size_t transfer_encodings = 0;
  std::string_view transfer_encoding;
  bool expects_continue = false;
  bool expects_unknown = false;
  std::size_t method_overrides = 0;
  std::string_view method_override;
  std::size_t authorizations = 0;
  bool says_close = false;
  bool says_keep_alive = false;
};

// One Expect field; a list, as every field of that name adds to it (RFC 9110 §10.1.1).
void take_expectations(std::string_view value, FramingFields& fields);
// One Connection field (RFC 9110 §7.6.1). Proxy-Connection means nothing to an origin.
void take_connection_options(std::string_view value, FramingFields& fields);

// Fields that a message must have once, or may have once.
Refusal check_counts(const FramingFields& fields, bool is_http_1_0);
// RFC 9112 §6: a body must be delimited in exactly one way.
Refusal check_body_framing(const FramingFields& fields, ParsedHead& parsed);
Refusal check_expectation(const FramingFields& fields, ParsedHead& parsed);
Refusal apply_method_override(const FramingFields& fields, ParsedHead& parsed);
// RFC 9112 §9.3.
bool keeps_connection(const FramingFields& fields, bool is_http_1_0);

}  // namespace weike::server
