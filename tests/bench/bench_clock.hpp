#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

// What the benchmarks in C++ measure with: CPU time, and medians of interleaved rounds.
namespace weike::bench {

inline double seconds_of(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}
inline double process_cpu() { return seconds_of(CLOCK_PROCESS_CPUTIME_ID); }
inline double thread_cpu() { return seconds_of(CLOCK_THREAD_CPUTIME_ID); }
inline double wall() { return seconds_of(CLOCK_MONOTONIC); }

// One value for each round.
class Samples {
 public:
  void add(double value) { values_.push_back(value); }
  double at(std::size_t round) const { return values_.at(round); }
  double median() const { return quantile(0.5); }
  double quantile(double share) const {
    auto sorted = values_;
    std::sort(sorted.begin(), sorted.end());
    const auto place = share * static_cast<double>(sorted.size() - 1);
    return sorted.at(static_cast<std::size_t>(place + 0.5));
  }
  // "26.1 (24.0 to 29.5)"
  std::string text(const char* format = "%.2f (%.2f to %.2f)") const {
    char buffer[96];
    std::snprintf(buffer, sizeof buffer, format, median(), quantile(0), quantile(1));
    return buffer;
  }

 private:
  std::vector<double> values_;
};

}  // namespace weike::bench
