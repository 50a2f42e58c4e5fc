#pragma once

#include "server/net/hot_lane.hpp"

namespace weike::server {

// Sends a turn of a file. `wait`: all of it is sent.
Next send_turn(Connection& connection, FileTransfer& transfer);

}  // namespace weike::server
