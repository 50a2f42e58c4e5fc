#pragma once

#include "server/net/connection.hpp"

namespace weike::server {

// What a session does after its turn on the hot lane.
enum class Next {
  wait,    // For more bytes.
  again,   // More requests are there, but others have their turn first.
  finish,  // `connection.unfinished()` says what is left to do.
  close,
};

// Reads what has come and answers every request that a hot handler can answer, in order and with as
// few system calls as possible. Never waits. Requests for the handler lane end the turn.
Next serve_hot(Connection& connection);

}  // namespace weike::server
