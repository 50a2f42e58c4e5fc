#pragma once

#include "api/events/event_bus.hpp"

#include <functional>
#include <memory>

namespace weike::events {

// One listener's bounded buffer. Threads may share it.
class Listener final : public http::EventSource {
 public:
  Listener(Viewer viewer, std::size_t max_pending);

  void on_ready(std::function<void()> wake) override;
  std::optional<std::string> take() override;

  bool concerns(const Event& event) const;

  // The engine's wake-up must run outside the bus's lock, so these only say that it is due.
  void offer_hello(std::uint64_t id, Milliseconds retry);
  void offer(std::uint64_t id, const Event& event);
  void end();
  void wake();

 private:
  struct Pending {
    std::uint64_t id = 0;
    std::string name;
    std::string subject;
    std::string data;
  };
  static std::string render(const Pending& pending);

  const Viewer viewer_;
  const std::size_t max_pending_;
  std::mutex mutex_;  // Guards what follows.
  std::function<void()> wake_;
  // Empty while all is taken: a listener that waits holds no memory for news.
  std::vector<Pending> pending_;
  Milliseconds retry_{};  // Told with what is taken next; 0: told already.
  bool has_ended_ = false;
};

}  // namespace weike::events
