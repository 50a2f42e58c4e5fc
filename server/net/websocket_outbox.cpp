#include "server/net/websocket_outbox.hpp"

#include "server/net/websocket_session.hpp"

#include <utility>

namespace weike::server {
namespace {

// RFC 6455 §5.5: a control frame carries 125 bytes, of which the code takes two.
constexpr std::size_t kMaxReasonBytes = 123;

// What a message costs beside its bytes: thousands of empty ones must not be for free.
constexpr std::size_t kMessageCost = 64;

}  // namespace

bool WebSocketOutbox::send(http::MessageKind kind, http::SharedBytes message) {
  const std::lock_guard lock(mutex_);
  if (is_over_ || close_ || !message) return false;
  if (waiting_bytes_ + message->size() + kMessageCost > limits_.queue_bytes) {
    observer_.note(NetEvent::websocket_overflow);
    if (limits_.overflow == http::Overflow::drop) return false;
    // What waits would come too late; the code tells the client to begin anew.
    queue_.clear();
    close_ = Close{http::kCloseTryAgain, "too slow"};
    wake();
    return false;
  }
  waiting_bytes_ += message->size() + kMessageCost;
  queue_.push_back({kind, std::move(message)});
  wake();
  return true;
}

void WebSocketOutbox::close(std::uint16_t code, std::string reason) {
  const std::lock_guard lock(mutex_);
  if (is_over_ || close_) return;
  if (reason.size() > kMaxReasonBytes) reason.resize(kMaxReasonBytes);
  close_ = Close{code, std::move(reason)};
  wake();
}

void WebSocketOutbox::wake() {
  if (std::exchange(is_posted_, true)) return;
  asio::post(executor_, [self = shared_from_this()] { self->arrive(); });
}

void WebSocketOutbox::arrive() {
  {
    const std::lock_guard lock(mutex_);
    is_posted_ = false;
  }
  if (session_ != nullptr) session_->work();
}

std::optional<WebSocketOutbox::Message> WebSocketOutbox::next() {
  const std::lock_guard lock(mutex_);
  if (queue_.empty()) return std::nullopt;
  Message message = std::move(queue_.front());
  queue_.pop_front();
  return message;
}

void WebSocketOutbox::sent(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  waiting_bytes_ -= bytes + kMessageCost;
}

std::optional<WebSocketOutbox::Close> WebSocketOutbox::closing() {
  const std::lock_guard lock(mutex_);
  return close_;
}

void WebSocketOutbox::end() {
  session_ = nullptr;
  const std::lock_guard lock(mutex_);
  is_over_ = true;
  queue_.clear();
}

}  // namespace weike::server
