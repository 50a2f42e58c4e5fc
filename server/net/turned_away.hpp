#pragma once

#include "server/net/connection_quota.hpp"
#include "server/net/thread_context.hpp"

namespace weike::server {

// Tells a client that found no place why, without waiting for it: 503 when the server is full, 429
// when the client's address has its share, both with Retry-After. One that speaks TLS could not
// read it and is told nothing. The caller closes the socket.
void turn_away(int descriptor, ThreadContext& thread, Admission admission, Wire wire);

}  // namespace weike::server
