#pragma once

#include "api/accounts/account_service.hpp"
#include "api/accounts/session_service.hpp"
#include "api/events/event_bus.hpp"
#include "api/lessons/channels.hpp"
#include "api/lessons/content_rules.hpp"
#include "api/uploads/upload_service.hpp"
#include "media/task.hpp"
#include "model/error.hpp"
#include "server/net/net_options.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace weike::server {

// The administrator that the first start makes when no account exists yet.
struct FirstAdministrator {
  std::string account = "administrator";
  std::string password;  // Empty: a random one is made and printed once.
};

struct LogConfig {
  std::string level = "info";  // debug, info, warning or error.
  std::string file;            // Empty: standard error.
  bool access = true;          // A line for each request,
  // or for one of so many; those answered with 400 and above are always logged.
  std::size_t access_sample = 1;
};

// Everything that can be set, with its default. One JSON file holds it; the command line overrides
// `data` and `listen`.
struct Config {
  std::string listen = "127.0.0.1:8080";
  std::string data = "data";
  std::string web_root;  // Empty: beside the program, else /usr/share/weike/web.
  FirstAdministrator administrator;
  LogConfig log;
  NetOptions net;
  events::EventBusOptions events;
  std::uint64_t database_cache_bytes = 32ULL << 20;
  std::uint64_t low_water_bytes = 512ULL << 20;  // Below this free disk /readyz says no.
  std::size_t transcode_workers = 0;             // 0: one for each core.
  std::string top_rung = "eager";                // Or when_watched: made for watched lessons only.
  // `durable`: players are answered when their heartbeats are on disk. `relaxed`: at once; a loss
  // of power takes what was answered in the last 50 ms with it, a crash of the server nothing.
  std::string heartbeats = "durable";
  media::Limits media;
  media::PlanOptions plan;
  accounts::AccountOptions accounts;
  accounts::SessionOptions sessions;
  uploads::UploadOptions uploads;
  lessons::ContentLimits content;
  std::vector<lessons::Channel> channels = lessons::default_channels();
};

// Lays `json` over `config`. `invalid_argument` naming the key that is unknown, of the wrong type
// or out of range: "net.pool_threads".
Result<> apply_json(const nlohmann::json& json, Config& config);
// The same with the file's text; `not_found` if there is no such file.
Result<Config> load_config(const std::filesystem::path& file);
nlohmann::ordered_json to_json(const Config& config);
// The keys whose values differ: "net.idle_deadline_ms".
std::vector<std::string> changed_keys(const Config& from, const Config& to);
// Whether a running server takes a new value over; the others wait for the next start.
bool applies_at_run_time(std::string_view key);

// "ADDR:PORT", "[::1]:8080" or "localhost:0" into `net`. `invalid_argument` otherwise.
Result<> apply_listen(std::string_view listen, NetOptions& net);

// The folder of the built pages: as configured, else found beside the program.
std::filesystem::path find_web_root(const Config& config);

}  // namespace weike::server
