#include "server/app/first_start.hpp"

#include "api/http/digest.hpp"

#include <utility>

namespace weike::server {
namespace {

// 20 characters of 32, about 100 bits, without those that look alike.
std::string random_password() {
  constexpr std::string_view kAlphabet = "abcdefghijkmnpqrstuvwxyz23456789";
  static_assert(kAlphabet.size() == 32);
  std::string password = http::random_bytes(20);
  for (char& c : password) c = kAlphabet[static_cast<unsigned char>(c) & 31U];
  return password;
}

}  // namespace

Result<std::optional<MadeAdministrator>> ensure_administrator(accounts::AccountService& accounts,
                                                              const FirstAdministrator& wanted) {
  const auto is_empty = accounts.is_empty();
  if (!is_empty) return is_empty.error();
  if (!*is_empty) return std::optional<MadeAdministrator>();

  accounts::NewAccount account;
  account.name = wanted.account;
  account.password = wanted.password.empty() ? random_password() : wanted.password;
  account.grants = {{Role::administrator, kRootUnit}};
  const auto made = accounts.create(account);
  if (!made) return made.error();
  MadeAdministrator administrator{wanted.account, std::nullopt};
  if (wanted.password.empty()) administrator.random_password = account.password;
  return std::optional<MadeAdministrator>(std::move(administrator));
}

}  // namespace weike::server
