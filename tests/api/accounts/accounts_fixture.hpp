#pragma once

#include "api/accounts/account_routes.hpp"
#include "api/accounts/account_service.hpp"
#include "api/accounts/session_gate.hpp"
#include "api/accounts/session_service.hpp"
#include "storage/kv/memory_kv_store.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace weike::accounts {

// Cheap enough for many log-ins in a test.
inline constexpr PasswordCosts kCheap{64, 1};
inline constexpr std::string_view kPassword = "long enough 1";

class AccountsTest : public ::testing::Test {
 protected:
  Account create(std::string name, std::vector<RoleGrant> grants = {{Role::member, kRootUnit}}) {
    return accounts.create({std::move(name), "", std::string(kPassword), std::move(grants)})
        .value();
  }
  NewSession log_in(std::string_view name) {
    return sessions.log_in(name, kPassword, "192.0.2.1").value();
  }
  bool is_valid(const std::string& token) { return sessions.viewer_of(token).value().has_value(); }

  storage::MemoryKvStore store;
  ManualClock clock;
  PasswordHasher hasher{kCheap};
  AccountService accounts{store, hasher, clock};
  SessionService sessions{store, accounts, hasher, clock, "csrf key"};
};

}  // namespace weike::accounts
