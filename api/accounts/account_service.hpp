#pragma once

#include "api/accounts/account.hpp"
#include "api/accounts/password_hasher.hpp"
#include "model/error.hpp"
#include "model/time.hpp"
#include "storage/kv/kv_store.hpp"

#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace weike::accounts {

struct NewAccount {
  std::string name;
  std::string display_name;  // Empty: the name.
  std::string password;
  std::vector<RoleGrant> grants;
};

struct AccountOptions {
  // How the root unit is called: the organisation this server belongs to.
  std::string root_unit_name = "本单位";
};

// Accounts and their passwords. Threads may share it.
class AccountService {
 public:
  AccountService(storage::KvStore& store, PasswordHasher& hasher, const Clock& clock,
                 AccountOptions options = {})
      : store_(store), hasher_(hasher), clock_(clock), options_(std::move(options)) {}

  // `invalid_argument` (bad_account_name, password_too_short …); `conflict`, reason account_exists.
  Result<Account> create(const NewAccount& wanted);
  // Ends all sessions of the account. `not_found`, `invalid_argument`.
  Result<> set_password(std::string_view name, std::string_view password);
  // Ends all sessions of the account. `not_found`; `conflict`, reason last_administrator.
  Result<> disable(std::string_view name);

  // `not_found` if there is none; disabled accounts are found too.
  Result<Account> find(AccountId id);
  Result<Account> find(storage::Transaction& transaction, AccountId id);
  Result<Account> find_by_name(std::string_view name);
  // Empty if the account is gone.
  Result<std::string> display_name(AccountId id);
  Result<std::string> display_name(storage::Transaction& transaction, AccountId id);
  const std::string& unit_name(UnitId unit) const;
  // No account was ever made: the first start.
  Result<bool> is_empty();

  // Told after sessions ended by a new password or a disabled account, with their keys. Set before
  // threads share the service.
  using SessionsEnded =
      std::function<void(AccountId, const std::vector<std::string>& session_keys)>;
  void on_sessions_ended(SessionsEnded listener) { listeners_.push_back(std::move(listener)); }

 private:
  // Changes the account called `name` and ends its sessions, in one transaction.
  Result<> change(std::string_view name,
                  const std::function<Result<>(storage::Transaction&, Account&)>& edit);

  storage::KvStore& store_;
  PasswordHasher& hasher_;
  const Clock& clock_;
  AccountOptions options_;
  std::vector<SessionsEnded> listeners_;
};

}  // namespace weike::accounts
