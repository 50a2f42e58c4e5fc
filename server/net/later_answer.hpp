#pragma once

#include "server/net/connection.hpp"
#include "server/net/executor.hpp"

#include <memory>
#include <optional>

namespace weike::server {

// Waits, without a thread, until `later` can be asked, its patience is over or the engine stops;
// then asks it on the pool. Nothing when the client left meanwhile. The connection and the exchange
// outlive this task: their session awaits it.
Task<std::optional<http::Response>> await_answer(Connection* connection, Exchange* exchange,
                                                 std::shared_ptr<http::LaterAnswer> later);

}  // namespace weike::server
