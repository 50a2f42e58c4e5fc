#include "api/learning/heartbeat_ticket.hpp"

#include <utility>

namespace weike::learning {

Result<HeartbeatResults> HeartbeatTicket::wait(Milliseconds limit) {
  std::unique_lock lock(mutex_);
  if (!settled_.wait_for(lock, limit, [this] { return outcome_.has_value(); }))
    return Error{ErrorCode::unavailable, "heartbeats are not written yet"};
  return *outcome_;
}

void HeartbeatTicket::settle(Result<HeartbeatResults> outcome) {
  {
    const std::lock_guard lock(mutex_);
    outcome_.emplace(std::move(outcome));
  }
  settled_.notify_all();
  bell_.ring();
}

}  // namespace weike::learning
