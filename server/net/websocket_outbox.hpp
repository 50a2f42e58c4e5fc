#pragma once

#include "api/http/websocket.hpp"
#include "server/net/executor.hpp"
#include "server/net/observer.hpp"

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace weike::server {

class WebSocketSession;

// What waits for one WebSocket's client: a bounded queue that any thread may fill, also after the
// connection and its thread are gone. The session empties it.
class WebSocketOutbox final : public http::WebSocket,
                              public std::enable_shared_from_this<WebSocketOutbox> {
 public:
  struct Message {
    http::MessageKind kind = http::MessageKind::text;
    http::SharedBytes bytes;
  };
  struct Close {
    std::uint16_t code = 0;
    std::string reason;
  };

  // `session`, which works on `executor`, is told of what came until `end`.
  WebSocketOutbox(WebSocketSession& session, const Executor& executor, http::WebSocketLimits limits,
                  Observer& observer)
      : limits_(limits), executor_(executor), observer_(observer), session_(&session) {}

  bool send(http::MessageKind kind, http::SharedBytes message) override;
  void close(std::uint16_t code, std::string reason) override;

  // For the session, on its thread. A message counts as waiting until it is `sent`.
  std::optional<Message> next();
  void sent(std::size_t bytes);
  // The close frame that is to be sent when the queue is empty.
  std::optional<Close> closing();
  // Takes nothing more, and tells nobody.
  void end();

 private:
  void wake();  // With the mutex held.
  void arrive();

  const http::WebSocketLimits limits_;
  const Executor executor_;
  Observer& observer_;
  WebSocketSession* session_;  // Of the session's thread.

  std::mutex mutex_;  // Guards what follows.
  std::deque<Message> queue_;
  std::size_t waiting_bytes_ = 0;
  std::optional<Close> close_;
  bool is_posted_ = false;
  bool is_over_ = false;
};

}  // namespace weike::server
