#pragma once

#include "api/accounts/account_service.hpp"
#include "server/config/config.hpp"

#include <optional>
#include <string>

namespace weike::server {

// What the first start made. The password is only here when it was made up.
struct MadeAdministrator {
  std::string account;
  std::optional<std::string> random_password;
};

// Makes the administrator of the configuration if no account was ever made; nothing otherwise.
Result<std::optional<MadeAdministrator>> ensure_administrator(accounts::AccountService& accounts,
                                                              const FirstAdministrator& wanted);

}  // namespace weike::server
