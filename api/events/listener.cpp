#include "api/events/listener.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace weike::events {

Listener::Listener(Viewer viewer, std::size_t max_pending)
    : viewer_(std::move(viewer)), max_pending_(max_pending) {}

void Listener::on_ready(std::function<void()> wake) {
  bool is_due = false;
  {
    const std::scoped_lock lock(mutex_);
    wake_ = std::move(wake);
    is_due = has_ended_ || !pending_.empty();
  }
  if (is_due) this->wake();
}

std::optional<std::string> Listener::take() {
  const std::scoped_lock lock(mutex_);
  if (has_ended_) return std::nullopt;
  std::string text;
  if (!pending_.empty() && retry_.count() > 0) {
    text = "retry: " + std::to_string(std::exchange(retry_, {}).count()) + "\n";
  }
  for (const auto& pending : pending_) text += render(pending);
  pending_ = std::vector<Pending>();  // Gives the memory back, as assigning {} would not.
  return text;
}

bool Listener::concerns(const Event& event) const {
  const auto is_viewer = [&](AccountId account) { return viewer_.is(account); };
  return std::any_of(event.accounts.begin(), event.accounts.end(), is_viewer) ||
         (event.reviewers && viewer_.has(Role::reviewer, event.unit));
}

void Listener::offer_hello(std::uint64_t id, Milliseconds retry) {
  const std::scoped_lock lock(mutex_);
  retry_ = retry;
  pending_.push_back({id, "hello", {}, "{}"});
}

void Listener::offer(std::uint64_t id, const Event& event) {
  const std::scoped_lock lock(mutex_);
  if (has_ended_) return;
  if (!event.subject.empty()) {
    std::erase_if(pending_, [&](const Pending& pending) {
      return pending.name == event.name && pending.subject == event.subject;
    });
  }
  if (pending_.size() < max_pending_) {
    pending_.push_back({id, event.name, event.subject, event.data});
    return;
  }
  // Too slow to hear everything: it shall ask for the present state instead.
  pending_.clear();
  pending_.push_back({id, "hello", {}, "{}"});
}

void Listener::end() {
  const std::scoped_lock lock(mutex_);
  has_ended_ = true;
  pending_.clear();
}

void Listener::wake() {
  std::function<void()> wake;
  {
    const std::scoped_lock lock(mutex_);
    wake = wake_;
  }
  if (wake) wake();
}

std::string Listener::render(const Pending& pending) {
  return "id: " + std::to_string(pending.id) + "\nevent: " + pending.name +
         "\ndata: " + pending.data + "\n\n";
}

}  // namespace weike::events
