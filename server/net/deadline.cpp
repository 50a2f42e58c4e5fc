#include "server/net/deadline.hpp"

namespace weike::server {

void Deadline::enter(Phase phase) {
  phase_ = phase;
  is_paused_ = false;
  moved_ = 0;
  unsent_before_.reset();
  end_ = Clock::now() + length_of(phase);
}

void Deadline::note_unsent(std::uint64_t bytes) {
  unsent_ = bytes;
  if (!unsent_before_) unsent_before_ = bytes;
}

void Deadline::pause() {
  is_paused_ = true;
  left_ = end_ - Clock::now();
}

void Deadline::resume() {
  if (!is_paused_) return;
  is_paused_ = false;
  end_ = Clock::now() + left_;
}

bool Deadline::is_over(Clock::time_point now) {
  if (is_paused_ || phase_ == Phase::waiting || now < end_) return false;
  if (phase_ != Phase::body && phase_ != Phase::write) return true;
  const auto seconds = std::chrono::duration<double>(options_.rate_window).count();
  const double least = static_cast<double>(options_.minimum_rate) * seconds;
  // Over TLS the kernel holds more bytes than moved.
  const std::uint64_t had = moved_ + unsent_before_.value_or(unsent_);
  if (static_cast<double>(had) < static_cast<double>(unsent_) + least) return true;
  moved_ = 0;
  unsent_before_ = unsent_;
  end_ = now + options_.rate_window;
  return false;
}

Milliseconds Deadline::length_of(Phase phase) const {
  switch (phase) {
    case Phase::idle:
      return options_.idle_deadline;
    case Phase::head:
      return options_.head_deadline;
    case Phase::body:
    case Phase::write:
      return options_.rate_window;
    case Phase::handler:
    case Phase::waiting:
      return options_.handler_deadline;
    case Phase::events:
      return options_.event_heartbeat;
    case Phase::websocket:
      return options_.websocket_ping;
    case Phase::lingering:
      return options_.linger;
  }
  return options_.idle_deadline;
}

}  // namespace weike::server
