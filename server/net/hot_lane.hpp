#pragma once

#include "server/net/connection.hpp"

namespace weike::server {

// What a session does after its turn on the hot lane.
enum class Next {
  wait,           // For more bytes.
  wait_writable,  // The socket is full; then `resume_hot`.
  fetch,          // What the file in `connection.unfinished()` sends next; then `resume_hot`.
  again,          // There is more to do, but others have their turn first.
  finish,         // The exchange in `connection.unfinished()` is the handler lane's.
  close,
};

// Reads what has come and answers every request that a hot handler can answer, in order and with as
// few system calls as possible. Never waits, and takes no memory for bytes and files once the
// thread is warm. Requests for the handler lane end the turn.
Next serve_hot(Connection& connection);

// Goes on with `connection.unfinished()`, as far as it can without waiting.
Next resume_hot(Connection& connection);

}  // namespace weike::server
