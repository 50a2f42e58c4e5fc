#include "server/app/commands.hpp"

#include "media/sandbox/sandboxed_worker.hpp"
#include "server/admin/admin_commands.hpp"
#include "server/app/app.hpp"
#include "server/app/health_routes.hpp"
#include "server/app/stop_signal.hpp"
#include "storage/blob/memory_blob_store.hpp"
#include "storage/kv/memory_kv_store.hpp"

#include <malloc.h>

#include <cstdio>
#include <iostream>

namespace weike::server {
namespace {

int fail(const Error& error) {
  std::cerr << "weike: " << error.message << "\n";
  return 1;
}

int show(const nlohmann::json& answer) {
  const bool is_ok = answer.value("ok", false);
  (is_ok ? std::cout : std::cerr) << answer.value("message", "no answer") << "\n";
  return is_ok ? 0 : 1;
}

// Left alone, glibc keeps the 19 MiB of a password hash on its heap for good once one was freed,
// and gives every thread an arena of its own.
void return_memory_promptly() {
  ::mallopt(M_MMAP_THRESHOLD, 512 * 1024);
  ::mallopt(M_ARENA_MAX, 4);
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ",") + word;
  return text;
}

void reload(App& app, const Result<Config>& fresh) {
  if (fresh) return app.reload(*fresh);
  app.log().error("configuration_not_reloaded",
                  {{"what", fresh.error().message},
                   {"zh", "新配置无法使用，继续使用原来的配置和证书"},
                   {"en", "the new configuration cannot be used, the former one stays"}});
}

std::string_view name_of(http::Gate gate) {
  return gate == http::Gate::open ? "open" : "signed_in";
}

}  // namespace

int serve(const Config& config, const std::function<Result<Config>()>& read_again) {
  return_memory_promptly();
  const StopSignal stop_signal;  // Before any thread: a signal during the start counts too.
  auto app = App::open(config, std::make_unique<media::SandboxedWorker>());
  if (!app) return fail(app.error());
  if (const auto& made = (*app)->made_administrator(); made && made->random_password) {
    // Once, and not into the log file.
    std::cerr << "First start: administrator account \"" << made->account << "\", password \""
              << *made->random_password << "\" (shown only now).\n"
              << "首次启动：管理员账号“" << made->account << "”，密码“" << *made->random_password
              << "”（仅显示一次）。\n";
  }
  (*app)->log().info("sandbox", {{"layers", joined(media::sandbox_layers())}});
  (*app)->start();
  if (const std::string& plain = (*app)->address(); !plain.empty()) {
    std::printf("listening http://%s\n", plain.c_str());
  }
  if (const std::string& secure = (*app)->secure_address(); !secure.empty()) {
    std::printf("listening https://%s\n", secure.c_str());
  }
  std::fflush(stdout);
  while (stop_signal.wait() == StopSignal::Call::reload) reload(**app, read_again());
  (*app)->stop();
  return 0;
}

int run_admin(const Config& config, const nlohmann::json& command) {
  const auto answer = ask_running_server(DataFolder::admin_socket_of(config.data), command);
  if (!answer) return fail(answer.error());
  if (*answer) return show(**answer);

  auto data = DataFolder::open(config);
  if (!data) return fail(data.error());
  const SystemClock clock;
  accounts::PasswordHasher hasher;
  accounts::AccountService accounts(*data->store, hasher, clock, config.accounts);
  return show(run_admin_command(accounts, command));
}

int print_routes(const Config& config) {
  storage::MemoryKvStore store;
  storage::MemoryBlobStore blobs;
  const SystemClock clock;
  auto keys = InstallationKeys::open(store);
  if (!keys) return fail(keys.error());
  Services services(store, blobs, clock, config, std::move(*keys));
  const Metrics metrics;
  http::Router router;
  add_health_routes(router, metrics, [] { return Result<>(); });
  services.add_routes(router);
  auto table = nlohmann::ordered_json::array();
  for (const http::Route& route : router.routes()) {
    if (route.pattern == "/api/{path*}") continue;  // Says 404 for what is not in this table.
    table.push_back({{"method", http::name_of(route.method)},
                     {"pattern", route.pattern},
                     {"gate", name_of(route.gate)}});
  }
  std::cout << table.dump(2) << "\n";
  return 0;
}

int print_config(const Config& config) {
  std::cout << to_json(config).dump(2) << "\n";
  return 0;
}

}  // namespace weike::server
