#pragma once

#include "server/net/coarse_clock.hpp"
#include "server/net/net_options.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace weike::server {

// What a connection is doing, as far as deadlines go.
enum class Phase : std::uint8_t {
  idle,       // Between two requests.
  head,       // Some bytes of a head have come.
  body,       // Reads a body; must keep a minimum rate.
  handler,    // A handler runs on the pool.
  write,      // The socket is full; the client must keep a minimum rate.
  waiting,    // For a later answer, which brings its own patience: never over by itself.
  events,     // Listens to server-sent events.
  websocket,  // Open; pings find out whether the client is there.
  lingering,  // Waits for the client to read a last answer.
};

// The deadline of one connection, looked at by a coarse sweep: no timer of its own. One thread.
class Deadline {
 public:
  using Clock = CoarseClock;
  explicit Deadline(const NetOptions& options) : options_(options) { enter(Phase::idle); }

  Phase phase() const { return phase_; }
  // Starts `phase` with its whole time.
  void enter(Phase phase);
  // Bytes that moved count for the minimum rate.
  void count(std::uint64_t bytes) { moved_ += bytes; }
  // In `write`: bytes that wait in the kernel for the client. What it has read of them counts too,
  // long before the kernel takes more.
  void note_unsent(std::uint64_t bytes);
  // The time between `pause` and `resume` is ours, not the client's.
  void pause();
  void resume();
  // True when the time is over. A rate that was kept starts a new window instead.
  bool is_over(Clock::time_point now);

 private:
  Milliseconds length_of(Phase phase) const;

  const NetOptions& options_;
  Phase phase_ = Phase::idle;
  bool is_paused_ = false;
  std::uint64_t moved_ = 0;
  // In the kernel: when this window was looked at first, and last.
  std::optional<std::uint64_t> unsent_before_;
  std::uint64_t unsent_ = 0;
  Clock::time_point end_;
  Clock::duration left_{};
};

}  // namespace weike::server
