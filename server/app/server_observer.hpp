#pragma once

#include "server/log/access_log.hpp"
#include "server/log/log.hpp"
#include "server/metrics/metrics.hpp"
#include "server/net/observer.hpp"

namespace weike::server {

// Carries what the engine does to the log and the metrics. Threads may share it.
class ServerObserver final : public Observer {
 public:
  // `access_log` may be null: requests are not logged then.
  ServerObserver(const Log& log, Metrics& metrics, AccessLog* access_log)
      : log_(log), metrics_(metrics), access_log_(access_log) {}

  void on_reply(const ReplyRecord& record) override {
    metrics_.engine().on_reply(record);
    if (access_log_ != nullptr) access_log_->add(record);
  }
  void on_failure(std::string_view request_id, std::string_view what) override {
    metrics_.engine().on_failure();
    log_.error("failure", {{"request_id", request_id}, {"what", what}});
  }
  void on_event(NetEvent event, std::uint64_t amount) override {
    metrics_.engine().on_event(event, amount);
  }
  void on_notice(std::string_view what) override { log_.warning("notice", {{"what", what}}); }

 private:
  const Log& log_;
  Metrics& metrics_;
  AccessLog* const access_log_;
};

}  // namespace weike::server
