#pragma once

#include "media/task.hpp"
#include "model/error.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace weike::media {

// How a child ended.
struct ChildEnd {
  std::optional<int> exit_status;  // Of a child that left by itself.
  int signal = 0;                  // Of one that was killed, by us or another.
};

// One running child and the supervisor's end of its result pipe. Its destructor kills and reaps it.
// One thread: the child dies when the thread that spawned it ends, so that thread must wait for it.
class ChildProcess {
 public:
  // Runs `program mode` with the source as its descriptor 3, `order` to read at 4, a pipe at 5 and
  // the reel, if there is one, at 6, and nothing else. `unavailable` when the system has no room
  // for another process.
  static Result<ChildProcess> spawn(const std::string& program, const std::string& mode,
                                    const TaskInput& input, std::string_view order);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;
  ~ChildProcess();

  enum class Wait { readable, timed_out };
  // Waits for bytes or the end of the pipe.
  Wait wait(std::chrono::milliseconds limit) const;
  // What the pipe holds; 0 bytes at its end. Call after `wait` said readable.
  std::size_t read(std::span<std::byte> buffer) const;

  void kill();
  // The process stands still, and goes on. A child that stands can be killed as well.
  void pause() const;
  void resume() const;
  // Waits for the end; kills a child that stays longer than `patience`.
  ChildEnd reap(std::chrono::milliseconds patience);
  int pid() const { return pid_; }

 private:
  ChildProcess(int pid, int process, int results)
      : pid_(pid), process_(process), results_(results) {}

  void send(int signal) const;

  int pid_ = -1;      // -1: reaped, or moved away.
  int process_ = -1;  // pidfd, readable at the end of the process; -1 on a kernel without.
  int results_ = -1;
};

}  // namespace weike::media
