#pragma once

#include <optional>
#include <string_view>

namespace weike::server {

struct Target {
  std::string_view path;            // Not decoded; "*" for OPTIONS of the server.
  std::string_view query;           // Behind '?', not decoded.
  std::string_view authority = {};  // Host and port of an absolute-form target; else empty.
  bool is_https = false;            // An absolute-form target of that scheme.
};

// Splits a request target of origin-form, absolute-form or "*" (RFC 9112 §3.2); nothing for others,
// nor for one with a fragment or a byte that no URI has.
std::optional<Target> split_target(std::string_view target);

// A host with an optional port, as the Host field holds it (RFC 9110 §7.2).
bool is_valid_host(std::string_view host);

}  // namespace weike::server
