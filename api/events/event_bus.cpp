#include "api/events/event_bus.hpp"

#include "api/events/listener.hpp"

#include <algorithm>
#include <chrono>

namespace weike::events {
namespace {

using Listeners = std::vector<std::shared_ptr<Listener>>;

// Ids go on growing over restarts, so that a Last-Event-ID of an earlier run is an old one.
std::uint64_t first_id() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

// The living of `listeners`; the dead are forgotten.
Listeners living(std::vector<std::weak_ptr<Listener>>& listeners) {
  Listeners found;
  std::erase_if(listeners, [&](const std::weak_ptr<Listener>& weak) {
    auto listener = weak.lock();
    if (!listener) return true;
    found.push_back(std::move(listener));
    return false;
  });
  return found;
}

void wake(const Listeners& listeners) {
  for (const auto& listener : listeners) listener->wake();
}

}  // namespace

EventBus::EventBus(EventBusOptions options) : options_(options), last_id_(first_id()) {}

EventBus::~EventBus() = default;

void EventBus::publish(Event event) {
  Listeners concerned;
  {
    const std::scoped_lock lock(mutex_);
    const auto id = ++last_id_;
    for (auto& listener : living(listeners_)) {
      if (!listener->concerns(event)) continue;
      listener->offer(id, event);
      concerned.push_back(std::move(listener));
    }
    remembered_.push_back({id, std::move(event)});
    if (remembered_.size() > options_.remembered) remembered_.pop_front();
  }
  wake(concerned);
}

std::shared_ptr<http::EventSource> EventBus::subscribe(const Viewer& viewer,
                                                       std::optional<std::uint64_t> last_event_id,
                                                       std::string session_key) {
  auto listener =
      std::make_shared<Listener>(viewer, std::move(session_key), options_.pending_per_listener);
  Listeners ended;
  {
    const std::scoped_lock lock(mutex_);
    Listeners same_session = living(listeners_);
    std::erase_if(same_session, [&](const std::shared_ptr<Listener>& other) {
      return other->session_key() != listener->session_key();
    });
    if (same_session.size() >= options_.listeners_per_session) {
      same_session.front()->end();
      ended.push_back(same_session.front());
      std::erase_if(listeners_, [&](const std::weak_ptr<Listener>& weak) {
        return weak.lock() == same_session.front();
      });
    }
    const bool replays = last_event_id && *last_event_id < last_id_;
    listener->offer_hello(replays ? *last_event_id : last_id_);
    for (const auto& [id, event] : remembered_) {
      if (replays && id > *last_event_id && listener->concerns(event)) listener->offer(id, event);
    }
    listeners_.push_back(listener);
  }
  wake(ended);
  return listener;
}

void EventBus::end_session(std::string_view session_key) {
  Listeners ended;
  {
    const std::scoped_lock lock(mutex_);
    for (auto& listener : living(listeners_)) {
      if (listener->session_key() != session_key) continue;
      listener->end();
      ended.push_back(std::move(listener));
    }
    std::erase_if(listeners_, [&](const std::weak_ptr<Listener>& weak) {
      const auto listener = weak.lock();
      return listener && listener->session_key() == session_key;
    });
  }
  wake(ended);
}

std::size_t EventBus::listeners() const {
  const std::scoped_lock lock(mutex_);
  return static_cast<std::size_t>(
      std::count_if(listeners_.begin(), listeners_.end(),
                    [](const std::weak_ptr<Listener>& weak) { return !weak.expired(); }));
}

}  // namespace weike::events
