#pragma once

namespace weike::server {

// SIGINT and SIGTERM as something to wait for. By handlers and a pipe, not by blocking the signals:
// children that this process starts would inherit the mask. One object a process.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  void wait() const;
};

}  // namespace weike::server
