#pragma once

#include <chrono>
#include <ctime>

namespace weike::server {

// The monotonic clock as of the last tick of the kernel, some milliseconds ago at most: a tenth of
// the cost of reading the time (clock_gettime(2), CLOCK_MONOTONIC_COARSE).
struct CoarseClock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<CoarseClock>;
  // As the standard's clocks have it.
  // NOLINTNEXTLINE(readability-identifier-naming)
  static constexpr bool is_steady = true;

  static time_point now() {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
    return time_point(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
  }
};

}  // namespace weike::server
