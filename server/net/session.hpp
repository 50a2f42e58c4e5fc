#pragma once

#include "server/net/connection.hpp"
#include "server/net/executor.hpp"

#include <memory>

namespace weike::server {

// The life of one connection: waits for bytes, gives them to the hot lane, finishes what that could
// not, and closes.
Task<void> run_session(std::unique_ptr<Connection> connection);

}  // namespace weike::server
