#include "api/accounts/account.hpp"

#include "model/json.hpp"

#include <algorithm>

namespace weike::accounts {

bool Account::is_active_administrator() const {
  return !is_disabled && std::any_of(grants.begin(), grants.end(), [](const RoleGrant& grant) {
    return grant.role == Role::administrator;
  });
}

void to_json(nlohmann::json& json, const Account& account) {
  json = {{"version", 1},
          {"id", account.id},
          {"name", account.name},
          {"display_name", account.display_name},
          {"password_hash", account.password_hash},
          {"grants", account.grants},
          {"is_disabled", account.is_disabled},
          {"created_at", to_epoch_ms(account.created_at)},
          {"updated_at", to_epoch_ms(account.updated_at)}};
}

void from_json(const nlohmann::json& json, Account& account) {
  account = Account{};
  json.at("id").get_to(account.id);
  json.at("name").get_to(account.name);
  account.display_name = json.value("display_name", "");
  account.password_hash = json.value("password_hash", "");
  account.grants = json.value("grants", std::vector<RoleGrant>{});
  // A record that does not say so is not trusted.
  account.is_disabled = json.value("is_disabled", true);
  account.created_at = from_epoch_ms(json.value("created_at", std::int64_t{0}));
  account.updated_at = from_epoch_ms(json.value("updated_at", std::int64_t{0}));
}

void to_json(nlohmann::json& json, const Session& session) {
  json = {{"version", 1},
          {"account", session.account},
          {"created_at", to_epoch_ms(session.created_at)},
          {"last_used_at", to_epoch_ms(session.last_used_at)},
          {"expires_at", to_epoch_ms(session.expires_at)}};
}

void from_json(const nlohmann::json& json, Session& session) {
  session = Session{};
  json.at("account").get_to(session.account);
  session.created_at = from_epoch_ms(json.value("created_at", std::int64_t{0}));
  session.last_used_at = from_epoch_ms(json.value("last_used_at", std::int64_t{0}));
  session.expires_at = from_epoch_ms(json.value("expires_at", std::int64_t{0}));
}

}  // namespace weike::accounts
