#pragma once

#include "api/http/router.hpp"
#include "server/net/connection.hpp"
#include "server/net/executor.hpp"

#include <optional>
#include <string>

namespace weike::server {

// Why a request is no upgrade that can be granted (RFC 6455 §4.2.1), or nothing: 426 with Upgrade
// and Sec-WebSocket-Version without an upgrade or with another version than 13, 400 for a key that
// is none, 403 for a page of another origin.
std::optional<http::Response> refuse_upgrade(const http::Request& request);

// Checks the upgrade, asks gate and route on the pool, and leaves the WebSocket to the session in
// `unfinished()`. A response where it is refused; nothing when it is granted or the client is gone.
Task<std::optional<http::Response>> answer_upgrade(Connection* connection, Exchange* exchange,
                                                   const http::Route* route);

}  // namespace weike::server
