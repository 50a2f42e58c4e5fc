#pragma once

namespace weike::server {

// SIGINT and SIGTERM, which stop, and SIGHUP, which reads the configuration and the certificate
// again, as something to wait for. By handlers and a pipe, not by blocking the signals: children
// that this process starts would inherit the mask. One object a process.
class StopSignal {
 public:
  enum class Call { stop, reload };

  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  // A stop goes before reloads; several of these may become one.
  Call wait() const;
};

}  // namespace weike::server
