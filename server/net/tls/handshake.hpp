#pragma once

#include "server/net/connection.hpp"
#include "server/net/executor.hpp"

namespace weike::server {

// Brings the TLS handshake of a new connection to its end, within the head deadline. False when it
// failed, or when the client speaks plain HTTP: it is told so with a plain 400, and the session
// ends without TLS. The connection outlives these tasks: its session awaits them.
Task<bool> shake_hands(Connection* connection);

// Sends close_notify, so that the client knows that nothing is missing.
Task<void> say_goodbye(Connection* connection);

}  // namespace weike::server
