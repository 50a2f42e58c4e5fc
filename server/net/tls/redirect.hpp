#pragma once

#include "server/net/connection.hpp"

#include <optional>

namespace weike::server {

// What the plain port answers when it only leads to https: 308 (RFC 9110 §15.4.9) to the same host,
// path and query. Nothing for connections that are secure, of a listed proxy, which leads clients
// by itself, or that ask for /healthz or /readyz, and where plain HTTP is served.
std::optional<http::Response> redirect_to_https(const Connection& connection,
                                                const ParsedHead& parsed);

}  // namespace weike::server
