#pragma once

#include "model/time.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace weike::server {

// One thread that does small chores at their intervals.
class Housekeeping {
 public:
  // Told when a chore threw.
  using FailureLog = std::function<void(const std::string& chore, const std::string& what)>;
  explicit Housekeeping(FailureLog log) : log_(std::move(log)) {}
  ~Housekeeping() { stop(); }

  // Before `start`.
  void add(std::string name, Milliseconds interval, std::function<void()> work);
  void start();
  // Waits for the chore that runs.
  void stop();

 private:
  struct Chore {
    std::string name;
    Milliseconds interval;
    std::function<void()> work;
    std::chrono::steady_clock::time_point next;
  };
  void run();

  const FailureLog log_;
  std::vector<Chore> chores_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool must_stop_ = false;
  std::thread thread_;
};

}  // namespace weike::server
