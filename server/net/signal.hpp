#pragma once

#include "server/net/socket.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <utility>

namespace weike::server {

// Lets other threads wake a session that waits for its socket: an event came, an upload is to end.
// Made and destroyed on the session's thread.
class Signal {
 public:
  explicit Signal(Socket& socket)
      : state_(std::make_shared<State>(socket.get_executor(), &socket)) {}
  // Calls that come later find nobody, and none is under way any more: whoever calls may outlive
  // the io_context.
  ~Signal() {
    state_->socket = nullptr;
    const std::lock_guard lock(state_->mutex);
    state_->is_over = true;
  }
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  // A function for any thread, also after this object died.
  std::function<void()> trigger() const {
    return [weak = std::weak_ptr<State>(state_)] {
      if (const std::shared_ptr<State> state = weak.lock()) post_to(state);
    };
  }

  bool is_raised() const { return state_->is_raised; }
  bool take() { return std::exchange(state_->is_raised, false); }

 private:
  struct State {
    State(const Executor& home, Socket* waited) : executor(home), socket(waited) {}
    const Executor executor;
    std::mutex mutex;  // Guards the next two.
    bool is_over = false;
    bool is_posted = false;
    // Of the session's thread only.
    Socket* socket;
    bool is_raised = false;
  };

  static void post_to(const std::shared_ptr<State>& state) {
    const std::lock_guard lock(state->mutex);
    if (state->is_over || std::exchange(state->is_posted, true)) return;
    asio::post(state->executor, [state] { arrive(*state); });
  }
  static void arrive(State& state) {
    {
      const std::lock_guard lock(state.mutex);
      state.is_posted = false;
    }
    state.is_raised = true;
    if (state.socket != nullptr) state.socket->cancel();
  }

  std::shared_ptr<State> state_;
};

}  // namespace weike::server
