#pragma once

#include "api/accounts/account_service.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <optional>

namespace weike::server {

// Runs {"command": "create-account" | "set-password" | "disable-account", …} and answers
// {"ok": true, "message", "id"?} or {"ok": false, "code", "message"}.
nlohmann::json run_admin_command(accounts::AccountService& accounts, const nlohmann::json& command);

// Sends `command` to the server that listens on `socket`; nothing when none does.
// `unavailable` when it does not answer, or not to this user.
Result<std::optional<nlohmann::json>> ask_running_server(const std::filesystem::path& socket,
                                                         const nlohmann::json& command);

}  // namespace weike::server
