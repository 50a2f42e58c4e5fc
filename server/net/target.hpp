#pragma once

#include <optional>
#include <string_view>

namespace weike::server {

struct Target {
  std::string_view path;   // Not decoded; "*" for OPTIONS of the server.
  std::string_view query;  // Behind '?', not decoded.
};

// Splits a request target of origin-form, absolute-form or "*" (RFC 9112 §3.2); nothing for others.
std::optional<Target> split_target(std::string_view target);

// A host with an optional port, as the Host field holds it (RFC 9110 §7.2).
bool is_valid_host(std::string_view host);

}  // namespace weike::server
