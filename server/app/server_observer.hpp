#pragma once

#include "server/log/log.hpp"
#include "server/metrics/metrics.hpp"
#include "server/net/observer.hpp"

#include <string>

namespace weike::server {

// Carries what the engine does to the log and the metrics. Threads may share it.
class ServerObserver final : public Observer {
 public:
  ServerObserver(const Log& log, Metrics& metrics, bool logs_access)
      : log_(log), metrics_(metrics), logs_access_(logs_access) {}

  void on_reply(const ReplyRecord& record) override {
    metrics_.count_reply(record);
    if (logs_access_) log_reply(record);
  }
  void on_failure(std::string_view request_id, std::string_view what) override {
    metrics_.count_failure();
    log_.error("failure", {{"request_id", request_id}, {"what", what}});
  }
  void on_connection_opened() override { metrics_.count_connection(true); }
  void on_connection_closed() override { metrics_.count_connection(false); }
  void on_connection_refused() override { metrics_.count_refused_connection(); }

 private:
  void log_reply(const ReplyRecord& record);

  const Log& log_;
  Metrics& metrics_;
  const bool logs_access_;
};

}  // namespace weike::server
