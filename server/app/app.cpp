#include "server/app/app.hpp"

#include "server/admin/admin_commands.hpp"
#include "server/app/health_routes.hpp"
#include "server/version.hpp"

#include <malloc.h>

#include <algorithm>
#include <thread>
#include <utility>

namespace weike::server {
namespace {

constexpr std::chrono::seconds kTendInterval{2};
constexpr std::chrono::seconds kSweepInterval{30};

std::size_t workers_of(const Config& config) {
  if (config.transcode_workers > 0) return config.transcode_workers;
  return std::max(1U, std::thread::hardware_concurrency());
}

PipelineOptions pipeline_options(const Config& config, const Log& log, Metrics& metrics,
                                 playback::MediaGate& gate, Forecast& forecast) {
  PipelineOptions options;
  options.workers = workers_of(config);
  options.top_rung = config.top_rung == "eager" ? TopRung::eager : TopRung::when_watched;
  options.limits = config.media;
  options.plan = config.plan;
  options.log = [&log, &metrics](std::string_view event, AssetId asset, std::string_view detail) {
    metrics.count_job_event(event);
    log.info(event, {{"asset", asset.text()}, {"detail", detail}});
  };
  options.stop_links = [&gate](AssetId asset, std::uint32_t) { gate.reject(asset); };
  options.observer = &metrics.job_observer();
  options.forecast = &forecast;
  return options;
}

GlanceDeskOptions glance_options(const Config& config, const Log& log) {
  GlanceDeskOptions options;
  options.limits = config.media;
  options.log = [&log](std::string_view event, UploadId upload, std::string_view detail) {
    log.info(event, {{"upload", upload.text()}, {"detail", detail}});
  };
  return options;
}

}  // namespace

App::App(const Config& config, Log log, DataFolder data, InstallationKeys keys,
         std::unique_ptr<media::Worker> media_worker)
    : config_(config),
      current_(config),
      log_(std::move(log)),
      access_log_(log_, AccessLogOptions{.sample = config.log.access_sample}),
      observer_(log_, metrics_, config.log.access ? &access_log_ : nullptr),
      heartbeat_watch_(log_, metrics_.heartbeat_observer()),
      data_(std::move(data)),
      readiness_(*data_.store, *data_.blobs, clock_, config.low_water_bytes),
      media_worker_(std::move(media_worker)),
      services_(*data_.store, *data_.blobs, clock_, config_, std::move(keys)),
      forecast_(*data_.store, clock_, metrics_.job_observer(), workers_of(config_)),
      pipeline_(std::make_unique<Pipeline>(
          *data_.store, *data_.blobs, services_.queue, services_.assets, services_.events,
          *media_worker_, clock_,
          pipeline_options(config_, log_, metrics_, services_.media_gate, forecast_))),
      glances_(*data_.blobs, services_.uploads, *media_worker_, glance_options(config_, log_)),
      housekeeping_([this](const std::string& chore, const std::string& what) {
        log_.error("chore_failed", {{"chore", chore}, {"what", what}});
      }) {}

App::~App() { stop(); }

Result<std::unique_ptr<App>> App::open(const Config& config,
                                       std::unique_ptr<media::Worker> media_worker) {
  auto log = Log::open({log_level_of(config.log.level), config.log.file});
  if (!log) return log.error();
  auto data = DataFolder::open(config);
  if (!data) return data.error();
  auto keys = InstallationKeys::open(*data->store);
  if (!keys) return keys.error();
  std::unique_ptr<App> app(new App(config, std::move(*log), std::move(*data), std::move(*keys),
                                   std::move(media_worker)));
  auto administrator = ensure_administrator(app->services_.accounts, config.administrator);
  if (!administrator) return administrator.error();
  app->administrator_ = std::move(*administrator);
  if (const auto listening = app->listen(); !listening) return listening.error();
  return app;
}

Result<> App::listen() {
  services_.uploads.on_index_in_front(
      [this](UploadId id, const std::string& blob_name) { glances_.ask(id, blob_name); });
  services_.delivery.ask(*pipeline_);
  forecast_.load();
  services_.assets.set_forecaster(&forecast_);
  add_health_routes(router_, metrics_, [this] { return is_ready(); });
  services_.learning.heartbeat_writer().observe(heartbeat_watch_);
  services_.add_routes(router_);
  auto engine = Engine::open(config_.net, router_, services_.gatekeeper, observer_);
  if (!engine) return engine.error();
  engine_ = std::move(*engine);
  auto admin = AdminServer::open(data_.admin_socket(), [this](const nlohmann::json& command) {
    return run_admin_command(services_.accounts, command);
  });
  if (!admin) return admin.error();
  admin_ = std::move(*admin);
  watch_with_metrics();
  return {};
}

void App::watch_with_metrics() {
  metrics_.watch("weike_connections", "Open connections",
                 [this] { return static_cast<double>(engine_->connections()); });
  metrics_.watch("weike_event_listeners", "Open event streams",
                 [this] { return static_cast<double>(services_.events.listeners()); });
  metrics_.watch("weike_jobs", "Transcoding jobs that wait or run", [this] {
    const auto depth = services_.queue.depth();
    return depth ? static_cast<double>(*depth) : -1.0;
  });
  for (const auto& [job_class, name] : {std::pair{storage::JobClass::urgent, "urgent"},
                                        std::pair{storage::JobClass::normal, "normal"},
                                        std::pair{storage::JobClass::background, "background"}}) {
    const auto read = [this, counted = job_class] {
      const auto waiting = services_.queue.waiting(counted);
      return waiting ? static_cast<double>(*waiting) : -1.0;
    };
    metrics_.watch("weike_jobs_waiting", "Jobs in the queue that could run at once, by class", read,
                   {{"class", name}});
  }
  metrics_.watch("weike_heartbeats_waiting", "Heartbeat requests that wait to be written", [this] {
    return static_cast<double>(services_.learning.heartbeat_writer().waiting());
  });
  metrics_.watch("weike_free_disk_bytes", "Free disk below the data folder", [this] {
    const auto free = data_.blobs->free_bytes();
    return free ? static_cast<double>(*free) : -1.0;
  });
}

void App::start() {
  is_running_ = true;
  services_.sweep();
  housekeeping_.add("tend", kTendInterval, [this] { services_.tend(); });
  housekeeping_.add("sweep", kSweepInterval, [this] { services_.sweep(); });
  housekeeping_.add("trim", kSweepInterval, [] { ::malloc_trim(0); });
  housekeeping_.start();
  glances_.start();
  pipeline_->start();
  admin_->start();
  access_log_.start();
  engine_->start();
  ::malloc_trim(0);
  log_.info("started",
            {{"version", version()}, {"address", address()}, {"data", data_.root.string()}});
  tell_of_tls();
  if (!services_.site.has_pages()) {
    log_.warning("no_pages", {{"web_root", find_web_root(config_).string()}});
  }
}

void App::tell_of_tls() {
  if (!config_.net.tls.is_on()) return;
  log_.info("tls", {{"address", secure_address()},
                    {"records_by", engine_->tls_engine()},
                    {"certificate_end", engine_->certificate_end()}});
}

void App::reload(const Config& fresh) {
  const bool switches_tls = config_.net.tls.is_on() != fresh.net.tls.is_on();
  log_.set_level(log_level_of(fresh.log.level));
  const auto reloaded = engine_->reload(fresh.net);
  Config next = fresh;
  if (!reloaded) {
    next.net.tls.certificate = current_.net.tls.certificate;
    next.net.tls.key = current_.net.tls.key;
    log_.error("certificate_not_reloaded",
               {{"what", reloaded.error().message},
                {"zh", "新证书无法使用，继续使用原来的证书"},
                {"en", "the new certificate cannot be used, the former one stays"}});
  }
  const auto can_change = [switches_tls](const std::string& key) {
    return applies_at_run_time(key) && !(switches_tls && key.starts_with("tls."));
  };
  std::string taken;
  std::string waiting;
  for (const std::string& key : changed_keys(current_, next)) {
    if (can_change(key)) taken += (taken.empty() ? "" : ",") + key;
  }
  for (const std::string& key : changed_keys(config_, next)) {
    if (!can_change(key)) waiting += (waiting.empty() ? "" : ",") + key;
  }
  current_ = std::move(next);
  log_.info("reloaded", {{"changed", taken}, {"certificate_end", engine_->certificate_end()}});
  if (!waiting.empty()) {
    log_.warning("needs_restart", {{"keys", waiting},
                                   {"zh", "这些设置在重新启动后才生效"},
                                   {"en", "these settings count after the next start"}});
  }
}

void App::stop() {
  if (!is_running_.exchange(false)) return;
  log_.info("stopping");
  engine_->stop();
  services_.learning.heartbeat_writer().stop();
  admin_->stop();
  housekeeping_.stop();
  glances_.stop();
  pipeline_->stop();
  forecast_.save();
  access_log_.stop();
  log_.info("stopped");
  log_.flush();
}

Result<> App::is_ready() {
  if (!is_running_) return Error{ErrorCode::unavailable, "stopping", "not_ready"};
  return readiness_.check();
}

}  // namespace weike::server
