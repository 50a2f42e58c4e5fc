#include "api/accounts/account_service.hpp"

#include "api/accounts/credential_rules.hpp"
#include "api/http/digest.hpp"
#include "storage/records/keys.hpp"
#include "storage/records/record.hpp"

namespace weike::accounts {
namespace {

namespace keys = storage::keys;
using storage::Transaction;

constexpr std::size_t kHashBytes = 32;
// Log-in keeps an account's sessions far below this.
constexpr std::size_t kMaxSessions = 1000;

Error no_such_account() { return {ErrorCode::not_found, "no such account"}; }

Result<Account> load_by_name(Transaction& transaction, std::string_view name) {
  auto raw = transaction.get(keys::account_name(lookup_name(name)));
  if (!raw) return raw.error();
  const auto id = *raw ? AccountId::from_bytes(**raw) : std::nullopt;
  if (!id) return no_such_account();
  auto account = storage::load<Account>(transaction, keys::account(*id));
  if (!account) return account.error();
  if (!*account) return no_such_account();
  return std::move(**account);
}

Result<> save_account(Transaction& transaction, const Account& account) {
  auto indexed = account.is_active_administrator()
                     ? transaction.put(keys::administrator(account.id), "")
                     : transaction.erase(keys::administrator(account.id));
  if (!indexed) return indexed.error();
  return storage::save(transaction, keys::account(account.id), account);
}

// The keys of the sessions that ended.
Result<std::vector<std::string>> end_sessions(Transaction& transaction, AccountId account) {
  std::vector<std::string> ended;
  auto entries = transaction.scan(keys::sessions_of(account), kMaxSessions);
  if (!entries) return entries.error();
  for (const auto& entry : *entries) {
    const auto hash = std::string_view(entry.key).substr(entry.key.size() - kHashBytes);
    if (auto done = transaction.erase(keys::session(hash)); !done) return done.error();
    if (auto done = transaction.erase(entry.key); !done) return done.error();
    ended.push_back(http::to_hex(hash));
  }
  return ended;
}

// There is an administrator besides `account` who can sign in.
Result<> check_not_last_administrator(Transaction& transaction, const Account& account) {
  if (!account.is_active_administrator()) return {};
  auto entries = transaction.scan(keys::administrators(), 2);
  if (!entries) return entries.error();
  if (entries->size() >= 2) return {};
  return Error{ErrorCode::conflict, "the last administrator", "last_administrator"};
}

}  // namespace

Result<Account> AccountService::create(const NewAccount& wanted) {
  if (auto done = check_account_name(wanted.name); !done) return done.error();
  if (auto done = check_password(wanted.password, wanted.name); !done) return done.error();
  auto hash = hasher_.hash(wanted.password);
  if (!hash) return hash.error();
  Account account;
  account.id = AccountId::make_random();
  account.name = wanted.name;
  account.display_name = wanted.display_name.empty() ? wanted.name : wanted.display_name;
  account.password_hash = std::move(*hash);
  account.grants = wanted.grants;
  account.created_at = account.updated_at = clock_.now();
  auto done = store_.transact([&](Transaction& transaction) -> Result<> {
    const auto name_key = keys::account_name(lookup_name(account.name));
    auto taken = transaction.get(name_key);
    if (!taken) return taken.error();
    if (*taken) return Error{ErrorCode::conflict, "account exists", "account_exists", "account"};
    if (auto put = transaction.put(name_key, account.id.raw()); !put) return put.error();
    return save_account(transaction, account);
  });
  if (!done) return done.error();
  return account;
}

Result<> AccountService::change(std::string_view name,
                                const std::function<Result<>(Transaction&, Account&)>& edit) {
  AccountId id;
  std::vector<std::string> ended;
  auto done = store_.transact([&](Transaction& transaction) -> Result<> {
    auto account = load_by_name(transaction, name);
    if (!account) return account.error();
    if (auto edited = edit(transaction, *account); !edited) return edited.error();
    account->updated_at = clock_.now();
    auto sessions = end_sessions(transaction, account->id);
    if (!sessions) return sessions.error();
    id = account->id;
    ended = std::move(*sessions);
    return save_account(transaction, *account);
  });
  if (!done) return done.error();
  for (const auto& listener : listeners_) listener(id, ended);
  return {};
}

Result<> AccountService::set_password(std::string_view name, std::string_view password) {
  if (auto done = check_password(password, name); !done) return done.error();
  auto hash = hasher_.hash(password);
  if (!hash) return hash.error();
  return change(name, [&](Transaction&, Account& account) -> Result<> {
    account.password_hash = *hash;
    return {};
  });
}

Result<> AccountService::disable(std::string_view name) {
  return change(name, [](Transaction& transaction, Account& account) -> Result<> {
    auto allowed = check_not_last_administrator(transaction, account);
    if (!allowed) return allowed.error();
    account.is_disabled = true;
    return {};
  });
}

Result<Account> AccountService::find(Transaction& transaction, AccountId id) {
  auto account = storage::load<Account>(transaction, keys::account(id));
  if (!account) return account.error();
  if (!*account) return no_such_account();
  return std::move(**account);
}

Result<Account> AccountService::find(AccountId id) {
  Result<Account> found = no_such_account();
  auto done = store_.read([&](Transaction& transaction) -> Result<> {
    found = find(transaction, id);
    return {};
  });
  if (!done) return done.error();
  return found;
}

Result<Account> AccountService::find_by_name(std::string_view name) {
  Result<Account> found = no_such_account();
  auto done = store_.read([&](Transaction& transaction) -> Result<> {
    found = load_by_name(transaction, name);
    return {};
  });
  if (!done) return done.error();
  return found;
}

Result<std::string> AccountService::display_name(Transaction& transaction, AccountId id) {
  auto account = find(transaction, id);
  if (account) return std::move(account->display_name);
  if (account.error().code == ErrorCode::not_found) return std::string{};
  return account.error();
}

Result<std::string> AccountService::display_name(AccountId id) {
  auto account = find(id);
  if (account) return std::move(account->display_name);
  if (account.error().code == ErrorCode::not_found) return std::string{};
  return account.error();
}

const std::string& AccountService::unit_name(UnitId unit) const {
  static const std::string kUnknown;
  return unit == kRootUnit ? options_.root_unit_name : kUnknown;
}

Result<bool> AccountService::is_empty() {
  bool is_empty = true;
  auto done = store_.read([&](Transaction& transaction) -> Result<> {
    auto entries = transaction.scan(keys::accounts(), 1);
    if (!entries) return entries.error();
    is_empty = entries->empty();
    return {};
  });
  if (!done) return done.error();
  return is_empty;
}

}  // namespace weike::accounts
