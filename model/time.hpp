#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace weike {

using Milliseconds = std::chrono::milliseconds;
// Wall-clock time in UTC.
using Timestamp = std::chrono::sys_time<Milliseconds>;

// Where rules take "now" from, so that tests need no sleeps. Threads may share it.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Timestamp now() const override;
};

// Stands still until it is told to move.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Timestamp start = Timestamp{Milliseconds{1'700'000'000'000}})
      : now_ms_(start.time_since_epoch().count()) {}
  Timestamp now() const override { return Timestamp{Milliseconds{now_ms_.load()}}; }
  void advance(Milliseconds by) { now_ms_ += by.count(); }

 private:
  std::atomic<Milliseconds::rep> now_ms_;
};

// RFC 3339 in UTC with milliseconds: "2026-11-22T19:30:00.000Z".
std::string to_rfc3339(Timestamp time);
// Accepts any RFC 3339 date-time, with an offset or Z; nothing if it is none.
std::optional<Timestamp> from_rfc3339(std::string_view text);

}  // namespace weike
