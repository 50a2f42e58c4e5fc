#pragma once

#include "server/net/connection.hpp"
#include "server/net/executor.hpp"

// Writing to a client that may be slow. The connection outlives these tasks: its session awaits
// them.
namespace weike::server {

// Sends all of `output`. False when the client is gone or too slow.
Task<bool> send_all(Connection* connection, OutputQueue* output, bool has_more);

// Sends the rest of a file in turns, asking its permit before each.
Task<bool> send_file(Connection* connection, FileTransfer* transfer);

// Sends a body of parts, `length` bytes in all. False when the client is gone, a part failed, a
// permit was revoked, or the parts are not what was promised: then the connection must close.
Task<bool> send_parts(Connection* connection, Exchange* exchange,
                      std::shared_ptr<http::PartsBody> parts, std::uint64_t length);

// Sends the events of `source` as they come, and a comment when there were none for a while, until
// the source ends or the client leaves.
Task<void> send_events(Connection* connection, std::shared_ptr<http::EventSource> source);

// Composes and sends a whole reply of the handler lane. False when the connection is to close.
Task<bool> send_reply(Connection* connection, Exchange* exchange, http::Response response);

// Reads on for a moment, so that the client sees the answer before the connection is reset.
Task<void> close_slowly(Connection* connection);

}  // namespace weike::server
