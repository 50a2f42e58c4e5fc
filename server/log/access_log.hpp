#pragma once

#include "server/log/log.hpp"
#include "server/metrics/thread_slot.hpp"
#include "server/net/observer.hpp"

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace weike::server {

struct AccessLogOptions {
  // One of so many requests is logged; those answered with 400 and above always are. 1: all.
  std::size_t sample = 1;
  // What each thread may leave for the writer; lines beyond are dropped and counted.
  std::size_t buffer_bytes = std::size_t{1} << 20;
};

// A line for each request. A thread that serves only appends to memory of its own; a thread of this
// object writes, so that neither a disk nor a pipe holds up a request. What does not fit is
// dropped, and the log says how much. Threads may share it.
class AccessLog {
 public:
  AccessLog(const Log& log, AccessLogOptions options) : log_(log), options_(options) {}
  ~AccessLog() { stop(); }

  // Never waits, and takes no memory once its thread has its buffer.
  void add(const ReplyRecord& record);

  // Starts and ends the thread that writes. `stop` writes what is left.
  void start();
  void stop();
  // Writes what has come so far. Not while the thread runs.
  void flush();

  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  // One thread's lines. The flag is held for one line by that thread, and for a swap by the writer.
  struct alignas(64) Slot {
    std::atomic_flag is_busy = ATOMIC_FLAG_INIT;
    std::string lines;
    std::string written;  // The writer's: what it took by swapping.
    std::string shown;    // The target as the log shows it.
    std::uint64_t seen = 0;
    std::time_t second = -1;
    std::string second_text;
    std::atomic<bool> is_used = false;
  };

  void append_line(Slot& slot, const ReplyRecord& record);
  void append_time(Slot& slot);
  void append_target(Slot& slot, std::string_view target);
  void run();

  const Log& log_;
  const AccessLogOptions options_;
  std::array<Slot, kThreadSlots> slots_;
  std::atomic<std::uint64_t> dropped_ = 0;
  std::uint64_t told_ = 0;  // How many of the dropped the log has told of.
  std::mutex mutex_;        // Guards `is_stopping_`.
  std::condition_variable wake_;
  bool is_stopping_ = false;
  std::thread thread_;
};

}  // namespace weike::server
