#pragma once

#include "model/id.hpp"
#include "model/role.hpp"
#include "model/time.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace weike::accounts {

// A person who may sign in. Stored; versioned JSON.
struct Account {
  AccountId id;
  std::string name;  // As it was given; unique without regard to ASCII case.
  std::string display_name;
  std::string password_hash;  // Argon2id in its encoded form, with salt and costs.
  std::vector<RoleGrant> grants;
  bool is_disabled = false;
  Timestamp created_at{};
  Timestamp updated_at{};

  bool is_active_administrator() const;
  // The unit the person belongs to: where the first role is held.
  UnitId unit() const { return grants.empty() ? kRootUnit : grants.front().unit; }
};

// One sign-in. Stored under the SHA-256 of its token; the token itself is nowhere.
struct Session {
  AccountId account;
  Timestamp created_at{};
  Timestamp last_used_at{};  // Up to an hour old.
  Timestamp expires_at{};    // At the latest, however busy the session is.
};

void to_json(nlohmann::json& json, const Account& account);
void from_json(const nlohmann::json& json, Account& account);
void to_json(nlohmann::json& json, const Session& session);
void from_json(const nlohmann::json& json, Session& session);

}  // namespace weike::accounts
