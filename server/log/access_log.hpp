#pragma once

#include "server/log/log.hpp"
#include "server/net/observer.hpp"

#include <cstdint>
#include <ctime>
#include <mutex>
#include <string>
#include <string_view>

namespace weike::server {

// A line for each request, collected in memory and written by `flush` in one go, so that an I/O
// thread never waits for a disk or a pipe. Lines beyond the buffer are dropped and counted. Threads
// may share it.
class AccessLog {
 public:
  explicit AccessLog(const Log& log) : log_(log) {}

  void add(const ReplyRecord& record);
  // Called now and then from one thread.
  void flush();

 private:
  void append_time();

  const Log& log_;
  std::mutex mutex_;  // Guards what follows.
  std::string lines_;
  std::uint64_t dropped_ = 0;
  std::time_t second_ = 0;
  std::string second_text_;
};

}  // namespace weike::server
