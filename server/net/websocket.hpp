#pragma once

#include "api/http/websocket.hpp"
#include "server/net/connection.hpp"
#include "server/net/executor.hpp"

#include <memory>
#include <string>

namespace weike::server {

// An upgrade that was granted and is not answered yet.
struct WebSocketStart {
  std::unique_ptr<http::WebSocketHandler> handler;
  http::WebSocketLimits limits;
  std::string request_id;
  std::string key;  // Sec-WebSocket-Key
};

// Answers 101 and runs the WebSocket until one side closes it, the connection breaks, or a ping
// stays without an answer. The connection outlives this task: its session awaits it.
Task<void> run_websocket(Connection* connection, std::shared_ptr<WebSocketStart> start);

}  // namespace weike::server
