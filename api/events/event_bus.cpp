#include "api/events/event_bus.hpp"

#include "api/events/listener.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iterator>

namespace weike::events {
namespace {

// Ids go on growing over restarts, so that a Last-Event-ID of an earlier run is an old one.
std::uint64_t first_id() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

void wake(const std::vector<std::shared_ptr<Listener>>& listeners) {
  for (const auto& listener : listeners) listener->wake();
}

}  // namespace

EventBus::EventBus(EventBusOptions options) : options_(options), last_id_(first_id()) {}

EventBus::~EventBus() = default;

void EventBus::publish(Event event) {
  std::vector<std::shared_ptr<Listener>> concerned;
  {
    const std::scoped_lock lock(mutex_);
    const auto id = ++last_id_;
    for (const auto& [key, listeners] : by_session_) {
      for (const auto& weak : listeners) {
        auto listener = weak.lock();
        if (!listener || !listener->concerns(event)) continue;
        listener->offer(id, event);
        concerned.push_back(std::move(listener));
      }
    }
    remembered_.push_back({id, std::move(event)});
    if (remembered_.size() > options_.remembered) remembered_.pop_front();
  }
  wake(concerned);
}

std::shared_ptr<http::EventSource> EventBus::subscribe(const Viewer& viewer,
                                                       std::optional<std::uint64_t> last_event_id,
                                                       const std::string& session_key) {
  auto listener = std::make_shared<Listener>(viewer, options_.pending_per_listener);
  std::shared_ptr<Listener> ended;
  {
    const std::scoped_lock lock(mutex_);
    if (by_session_.size() > forget_above_) forget_dead();
    Listeners& same_session = by_session_[session_key];
    ended = make_room(same_session);
    const bool replays = last_event_id && *last_event_id < last_id_;
    listener->offer_hello(replays ? *last_event_id : last_id_, next_retry());
    for (const auto& [id, event] : remembered_) {
      if (replays && id > *last_event_id && listener->concerns(event)) listener->offer(id, event);
    }
    same_session.push_back(listener);
  }
  if (ended) ended->wake();
  return listener;
}

void EventBus::end_session(std::string_view session_key) {
  std::vector<std::shared_ptr<Listener>> ended;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = by_session_.find(session_key);
    if (found == by_session_.end()) return;
    for (const auto& weak : found->second) {
      auto listener = weak.lock();
      if (!listener) continue;
      listener->end();
      ended.push_back(std::move(listener));
    }
    by_session_.erase(found);
  }
  wake(ended);
}

std::size_t EventBus::listeners() const {
  const std::scoped_lock lock(mutex_);
  std::size_t count = 0;
  for (const auto& [key, listeners] : by_session_) {
    count += static_cast<std::size_t>(
        std::count_if(listeners.begin(), listeners.end(),
                      [](const std::weak_ptr<Listener>& weak) { return !weak.expired(); }));
  }
  return count;
}

// Sessions come and go; what they leave here is small, so it is looked for only now and then.
void EventBus::forget_dead() {
  for (auto session = by_session_.begin(); session != by_session_.end();) {
    std::erase_if(session->second,
                  [](const std::weak_ptr<Listener>& weak) { return weak.expired(); });
    session = session->second.empty() ? by_session_.erase(session) : std::next(session);
  }
  forget_above_ = std::max<std::size_t>(64, 2 * by_session_.size());
}

// The session's oldest listener, ended, if it has as many as it may.
std::shared_ptr<Listener> EventBus::make_room(Listeners& same_session) const {
  std::erase_if(same_session, [](const std::weak_ptr<Listener>& weak) { return weak.expired(); });
  if (same_session.size() < options_.listeners_per_session) return nullptr;
  auto oldest = same_session.front().lock();
  same_session.erase(same_session.begin());
  if (oldest) oldest->end();
  return oldest;
}

Milliseconds EventBus::next_retry() {
  // Steps by the golden ratio spread any number of listeners evenly.
  constexpr double kGolden = 0.6180339887498949;
  const double turn = static_cast<double>(subscriptions_++) * kGolden;
  const double part = turn - std::floor(turn);
  return options_.retry + Milliseconds{static_cast<std::int64_t>(
                              part * static_cast<double>(options_.retry_spread.count()))};
}

}  // namespace weike::events
