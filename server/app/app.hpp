#pragma once

#include "model/time.hpp"
#include "server/admin/admin_server.hpp"
#include "server/app/data_folder.hpp"
#include "server/app/first_start.hpp"
#include "server/app/heartbeat_watch.hpp"
#include "server/app/housekeeping.hpp"
#include "server/app/readiness.hpp"
#include "server/app/server_observer.hpp"
#include "server/app/services.hpp"
#include "server/config/config.hpp"
#include "server/jobs/forecast.hpp"
#include "server/jobs/glance_desk.hpp"
#include "server/jobs/pipeline.hpp"
#include "server/log/log.hpp"
#include "server/metrics/metrics.hpp"
#include "server/net/engine.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <string>

namespace weike::server {

// The whole server: stores, services, pipeline, connection engine. Made and stopped by one thread.
// Its parts stand in the order in which they need each other.
// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding)
class App {
 public:
  // Opens everything and listens, so that clients queue up. Media work goes to `media_worker`.
  // Fails as the stores and the engine do.
  static Result<std::unique_ptr<App>> open(const Config& config,
                                           std::unique_ptr<media::Worker> media_worker);
  ~App();  // Stops.

  void start();
  // Takes over what may change while it runs, reads the certificate again, and says in the log what
  // was taken and what waits for the next start. By the thread that made it, while it runs.
  void reload(const Config& fresh);
  // In the order of STYLE: accept, sessions and handlers, chores, pipeline; the stores close last.
  void stop();

  // "127.0.0.1:8080"; empty without a plain port.
  const std::string& address() const { return engine_->address(); }
  // The same of the TLS port.
  const std::string& secure_address() const { return engine_->secure_address(); }
  const std::optional<MadeAdministrator>& made_administrator() const { return administrator_; }
  const Log& log() const { return log_; }

 private:
  App(const Config& config, Log log, DataFolder data, InstallationKeys keys,
      std::unique_ptr<media::Worker> media_worker);
  Result<> listen();
  void watch_with_metrics();
  void tell_of_tls();
  Result<> is_ready();

  const Config config_;  // As it was at the start.
  Config current_;       // With what `reload` took over.
  const Log log_;
  const SystemClock clock_;
  Metrics metrics_;
  AccessLog access_log_;
  ServerObserver observer_;
  HeartbeatWatch heartbeat_watch_;
  DataFolder data_;
  Readiness readiness_;
  std::unique_ptr<media::Worker> media_worker_;
  Services services_;
  Forecast forecast_;
  std::unique_ptr<Pipeline> pipeline_;
  GlanceDesk glances_;
  http::Router router_;
  Housekeeping housekeeping_;
  std::unique_ptr<AdminServer> admin_;
  std::unique_ptr<Engine> engine_;
  std::optional<MadeAdministrator> administrator_;
  std::atomic<bool> is_running_ = false;
};

}  // namespace weike::server
