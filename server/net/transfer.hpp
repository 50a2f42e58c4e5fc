#pragma once

#include "server/net/connection.hpp"
#include "server/net/executor.hpp"

// Writing to a client that may be slow. The connection outlives these tasks: its session awaits
// them.
namespace weike::server {

// Sends all of `output`. False when the client is gone or too slow.
Task<bool> send_all(Connection* connection, OutputQueue* output, bool has_more);

// Brings what a transfer sends next into memory, on the pool; our time, not the client's. False
// when the file cannot be read.
Task<bool> fetch_next(Connection* connection, FileTransfer* transfer);

// Says once that a file system does not tell what is in memory, so that its disks may hold up
// others.
void tell_of_unprobed(SharedContext& shared, const FileTransfer& transfer);

// Sends the rest of a file in turns, asking its permit before each.
Task<bool> send_file(Connection* connection, FileTransfer* transfer);

// Sends a body of parts, `length` bytes in all. False when the client is gone, a part failed, a
// permit was revoked, or the parts are not what was promised: then the connection must close.
Task<bool> send_parts(Connection* connection, Exchange* exchange,
                      std::shared_ptr<http::PartsBody> parts, std::uint64_t length);

// Composes and sends a whole reply of the handler lane. False when the connection is to close.
Task<bool> send_reply(Connection* connection, Exchange* exchange, http::Response response);

// Reads on for a moment, so that the client sees the answer before the connection is reset.
Task<void> close_slowly(Connection* connection);

}  // namespace weike::server
