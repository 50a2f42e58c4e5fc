#pragma once

#include "server/config/config.hpp"

#include <nlohmann/json.hpp>

#include <functional>

// What the subcommands of `weike` do. Each returns the exit status of the program and tells
// failures on standard error.
namespace weike::server {

// Runs until SIGINT or SIGTERM. Prints "listening http://ADDR:PORT" and, with TLS, "listening
// https://ADDR:PORT" on standard output when ready. At SIGHUP it takes over what `read_again`
// gives.
int serve(const Config& config, const std::function<Result<Config>()>& read_again);

// Through the running server if there is one, else on the store itself.
int run_admin(const Config& config, const nlohmann::json& command);

// The route table: [{method, pattern, gate}].
int print_routes(const Config& config);

// The configuration in force, every default written down.
int print_config(const Config& config);

}  // namespace weike::server
