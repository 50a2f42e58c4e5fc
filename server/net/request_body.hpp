#pragma once

#include "server/net/connection.hpp"
#include "server/net/executor.hpp"

#include <optional>

// Request bodies: whole into memory, or streamed through one buffer. The connection outlives these
// tasks: its session awaits them.
namespace weike::server {

// Asks the gate, reads the body, calls the route's handler on the pool and returns its answer. Who
// is refused is told before a body is read that did not come with its head. Nothing when the client
// is gone and nobody will read one.
Task<std::optional<http::Response>> answer_whole(Connection* connection, Exchange* exchange,
                                                 const http::Route* route);

// The same for a route that takes its body piece by piece.
Task<std::optional<http::Response>> answer_streamed(Connection* connection, Exchange* exchange,
                                                    const http::Route* route);

// Reads and drops a short body, so that the connection can go on behind a refusal.
Task<void> drop_short_body(Connection* connection, Exchange* exchange);

}  // namespace weike::server
