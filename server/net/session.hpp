#pragma once

#include "server/net/connection.hpp"

#include <exception>
#include <memory>

namespace weike::server {

// Begins the life of a connection, which owns itself from here on: it waits for bytes, gives them
// to the hot lane, leaves to coroutines what that cannot finish, and closes. On the connection's
// thread.
void begin_session(std::unique_ptr<Connection> connection);

// Tells the observer what a session or a loop of its thread threw; null is nothing.
void report(SharedContext& shared, const std::exception_ptr& thrown);

}  // namespace weike::server
