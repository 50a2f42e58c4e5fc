#pragma once

#include "server/net/executor.hpp"

#include <atomic>
#include <functional>
#include <memory>

namespace weike::server {

// Lets other threads wake a session that waits for its socket: an event came, an upload is to end.
// Made and destroyed on the session's thread.
class Signal {
 public:
  explicit Signal(Socket& socket)
      : state_(std::make_shared<State>(socket.get_executor(), &socket)) {}
  // Calls that come later find nobody.
  ~Signal() { state_->socket = nullptr; }
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  // A function for any thread, also after this object died.
  std::function<void()> trigger() const {
    return [weak = std::weak_ptr<State>(state_)] {
      const std::shared_ptr<State> state = weak.lock();
      if (!state || state->is_posted.exchange(true)) return;
      asio::post(state->executor, [state] {
        state->is_posted = false;
        state->is_raised = true;
        boost::system::error_code ignored;
        if (state->socket != nullptr) state->socket->cancel(ignored);
      });
    };
  }

  bool is_raised() const { return state_->is_raised; }
  bool take() { return std::exchange(state_->is_raised, false); }

 private:
  struct State {
    State(const Executor& home, Socket* waited) : executor(home), socket(waited) {}
    const Executor executor;
    std::atomic<bool> is_posted = false;
    // Of the session's thread only.
    Socket* socket;
    bool is_raised = false;
  };
  std::shared_ptr<State> state_;
};

}  // namespace weike::server
