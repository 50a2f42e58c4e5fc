#include "api/learning/heartbeat_ticket.hpp"

#include <utility>

namespace weike::learning {

void HeartbeatTicket::on_settled(std::function<void()> wake) {
  {
    const std::lock_guard lock(mutex_);
    if (!outcome_) {
      wake_ = std::move(wake);
      return;
    }
  }
  wake();
}

Result<HeartbeatResults> HeartbeatTicket::wait(Milliseconds limit) {
  std::unique_lock lock(mutex_);
  if (!settled_.wait_for(lock, limit, [this] { return outcome_.has_value(); }))
    return Error{ErrorCode::unavailable, "heartbeats are not written yet"};
  return *outcome_;
}

void HeartbeatTicket::settle(Result<HeartbeatResults> outcome) {
  std::function<void()> wake;
  {
    const std::lock_guard lock(mutex_);
    outcome_.emplace(std::move(outcome));
    wake = std::move(wake_);
  }
  settled_.notify_all();
  if (wake) wake();
}

}  // namespace weike::learning
