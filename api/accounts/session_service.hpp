#pragma once

#include "api/accounts/account_service.hpp"
#include "api/accounts/log_in_throttle.hpp"
#include "api/accounts/password_hasher.hpp"
#include "api/accounts/session_cache.hpp"
#include "api/http/message.hpp"
#include "model/error.hpp"
#include "model/time.hpp"
#include "storage/kv/kv_store.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weike::accounts {

struct SessionOptions {
  // A session that nobody uses ends after this time …
  Milliseconds idle_limit = std::chrono::hours{24 * 7};
  // … and every session after this one.
  Milliseconds absolute_limit = std::chrono::hours{24 * 30};
  // Sessions of one account; signing in once more ends the one that was idle longest.
  std::size_t max_per_account = 50;
  ThrottleOptions throttle;
};

struct NewSession {
  std::string token;  // 256 random bits in base64url; given out once, stored nowhere.
  std::string key;
  Timestamp expires_at{};
  Account account;
};

// A log-in that was refused, and when to try again if that is what it takes.
struct LogInRefusal {
  Error error;
  std::optional<Milliseconds> retry_after;
};
using LogInResult = boost::system::result<NewSession, LogInRefusal>;
[[noreturn]] void throw_exception_from_error(const LogInRefusal& refusal,
                                             const boost::source_location& where);

// Signing in and out, and who a token belongs to. Threads may share it.
class SessionService {
 public:
  // `csrf_key`: the installation's secret, see http::load_or_make_key(store, "csrf-key").
  SessionService(storage::KvStore& store, AccountService& accounts, PasswordHasher& hasher,
                 const Clock& clock, std::string csrf_key, SessionOptions options = {});

  // `unauthorized`, reason bad_credentials, for a wrong password, an unknown account and a disabled
  // one alike, in the same time; `rate_limited`, reason too_many_attempts, before anything is
  // hashed.
  LogInResult log_in(std::string_view account, std::string_view password, std::string_view address);
  // Ends the session named by `key`; one that is over already is no error.
  Result<> log_out(std::string_view key);

  // Nothing if the token is none, the session is over, or the account is disabled.
  Result<std::optional<SessionView>> viewer_of(std::string_view token);
  // For the hot lane, whether the viewer is somebody: never blocks on the store, and takes no
  // memory. Nothing if the session is not in memory; false if the request has no credentials.
  std::optional<bool> try_signed_in(const http::RequestHead& head) const;

  // What a page must send as X-CSRF-Token with the session's cookie: bound to the session by HMAC.
  std::string csrf_token(std::string_view key) const;
  bool is_csrf_token(std::string_view key, std::string_view token) const;

  const SessionOptions& options() const { return options_; }

  // Told after a session ended before its time, with its key. Set before threads share the service.
  void on_end(std::function<void(std::string_view key)> listener) {
    listeners_.push_back(std::move(listener));
  }

 private:
  Result<> start(const Account& verified, NewSession& session);
  Result<> keep_few_sessions(storage::Transaction& transaction, AccountId account,
                             std::vector<std::string>& ended);
  Result<std::optional<SessionView>> load(std::string_view hash);
  void touch(std::string_view hash);
  bool is_over(const Session& session) const;
  void tell_end(std::string_view key) const;

  storage::KvStore& store_;
  AccountService& accounts_;
  PasswordHasher& hasher_;
  const Clock& clock_;
  const std::string csrf_key_;
  const SessionOptions options_;
  LogInThrottle throttle_;
  SessionCache cache_;
  std::vector<std::function<void(std::string_view)>> listeners_;
};

}  // namespace weike::accounts
