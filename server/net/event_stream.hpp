#pragma once

#include "server/net/connection.hpp"
#include "server/net/executor.hpp"

#include <memory>

namespace weike::server {

// Sends the events of `source` as they come, and a comment when there were none for a while, until
// the source ends or the client leaves. The head is sent and the exchange forgotten: while it is
// quiet a listener costs its connection, this frame and its source, and no more. The connection
// outlives this task: its session awaits it.
Task<void> send_events(Connection* connection, std::shared_ptr<http::EventSource> source);

}  // namespace weike::server
