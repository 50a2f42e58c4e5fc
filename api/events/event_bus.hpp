#pragma once

#include "api/http/message.hpp"
#include "model/id.hpp"
#include "model/role.hpp"
#include "model/time.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weike::events {

// One piece of news.
struct Event {
  std::string name;                 // "asset", "lesson".
  std::string data;                 // One JSON text without line breaks.
  std::vector<AccountId> accounts;  // Who hears it.
  bool reviewers = false;           // And everyone who reviews in `unit`.
  UnitId unit = kRootUnit;
  // What the news is about. News of the same name and subject replaces what a listener has not
  // taken yet; empty: replaces nothing.
  std::string subject = {};
};

struct EventBusOptions {
  // News that a listener has not taken; beyond it the listener is told to look for itself
  // ("hello").
  std::size_t pending_per_listener = 64;
  // News kept for listeners that come back with Last-Event-ID.
  std::size_t remembered = 512;
  // Streams one session may hold open; one more ends its oldest.
  std::size_t listeners_per_session = 8;
  // How long a browser waits before it comes back to a stream that broke. Each listener is told
  // another moment within the spread, so that not all return to a restarted server at once.
  Milliseconds retry = std::chrono::seconds{2};
  Milliseconds retry_spread = std::chrono::seconds{4};
};

class Listener;

// Brings news to the listeners of GET /events. Lossy on purpose: whoever gets a "hello" asks the
// API for the present state. Threads may share it; `publish` never blocks on a listener.
class EventBus {
 public:
  explicit EventBus(EventBusOptions options = {});
  ~EventBus();
  EventBus(const EventBus&) = delete;
  EventBus& operator=(const EventBus&) = delete;

  void publish(Event event);

  // A source for one listener; it lives until its last owner drops it or its session ends. The
  // first event is "hello"; with `last_event_id` what was missed follows, as far as it is
  // remembered. The source may outlive the bus.
  std::shared_ptr<http::EventSource> subscribe(const Viewer& viewer,
                                               std::optional<std::uint64_t> last_event_id,
                                               const std::string& session_key);

  // Ends the streams that were opened with this session.
  void end_session(std::string_view session_key);

  std::size_t listeners() const;

 private:
  using Listeners = std::vector<std::weak_ptr<Listener>>;
  struct Remembered {
    std::uint64_t id = 0;
    Event event;
  };

  // With the mutex held.
  void forget_dead();
  std::shared_ptr<Listener> make_room(Listeners& same_session) const;
  Milliseconds next_retry();

  const EventBusOptions options_;
  mutable std::mutex mutex_;  // Guards what follows.
  std::uint64_t last_id_;
  std::deque<Remembered> remembered_;
  std::map<std::string, Listeners, std::less<>> by_session_;
  // Sessions beyond which those without a living listener are forgotten.
  std::size_t forget_above_ = 64;
  std::uint64_t subscriptions_ = 0;
};

}  // namespace weike::events
