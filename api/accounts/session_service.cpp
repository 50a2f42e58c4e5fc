#include "api/accounts/session_service.hpp"

#include "api/accounts/credential_rules.hpp"
#include "api/accounts/credentials.hpp"
#include "api/http/base64.hpp"
#include "api/http/digest.hpp"
#include "storage/records/keys.hpp"
#include "storage/records/record.hpp"

#include <algorithm>
#include <stdexcept>

namespace weike::accounts {
namespace {

namespace keys = storage::keys;
using storage::Transaction;

constexpr std::size_t kTokenBytes = 32;
constexpr std::size_t kTokenChars = 43;  // In base64url.
constexpr std::size_t kHashBytes = 32;
// `last_used_at` is written anew no more often than this.
constexpr Milliseconds kTouchEvery = std::chrono::hours{1};

std::string_view hash_in(const std::string& index_key) {
  return std::string_view(index_key).substr(index_key.size() - kHashBytes);
}

// The raw hash behind a session's key; empty if it is no key.
std::string hash_of_key(std::string_view key) {
  if (key.size() != 2 * kHashBytes) return {};
  std::string hash;
  for (std::size_t half = 0; half < key.size(); half += 32) {
    const auto bytes = parse_id_bytes(key.substr(half, 32));
    if (!bytes) return {};
    hash.append(bytes->begin(), bytes->end());
  }
  return hash;
}

Result<> erase_session(Transaction& transaction, AccountId account, std::string_view hash) {
  auto done = transaction.erase(keys::session(hash));
  if (!done) return done.error();
  return transaction.erase(keys::session_of(account, hash));
}

Error bad_credentials() {
  return {ErrorCode::unauthorized, "wrong account or password", "bad_credentials"};
}

}  // namespace

void throw_exception_from_error(const LogInRefusal& refusal, const boost::source_location&) {
  throw std::runtime_error(refusal.error.message);
}

SessionService::SessionService(storage::KvStore& store, AccountService& accounts,
                               PasswordHasher& hasher, const Clock& clock, std::string csrf_key,
                               SessionOptions options)
    : store_(store),
      accounts_(accounts),
      hasher_(hasher),
      clock_(clock),
      csrf_key_(std::move(csrf_key)),
      options_(options),
      throttle_(clock, options.throttle),
      cache_(clock) {
  accounts_.on_sessions_ended([this](AccountId account, const std::vector<std::string>& ended) {
    cache_.drop_account(account);
    for (const auto& key : ended) tell_end(key);
  });
}

void SessionService::tell_end(std::string_view key) const {
  for (const auto& listener : listeners_) listener(key);
}

bool SessionService::is_over(const Session& session) const {
  const auto now = clock_.now();
  return now >= session.expires_at || now >= session.last_used_at + options_.idle_limit;
}

LogInResult SessionService::log_in(std::string_view name, std::string_view password,
                                   std::string_view address) {
  const auto looked_up = lookup_name(name);
  if (const auto wait = throttle_.admit(looked_up, address)) {
    return LogInRefusal{{ErrorCode::rate_limited, "too many log-ins", "too_many_attempts"}, wait};
  }
  auto account = accounts_.find_by_name(name);
  if (!account && account.error().code != ErrorCode::not_found) {
    return LogInRefusal{account.error(), {}};
  }
  const auto matches = hasher_.verify(account ? account->password_hash : "", password);
  if (!matches) return LogInRefusal{matches.error(), {}};
  if (!*matches || account->is_disabled) return LogInRefusal{bad_credentials(), {}};
  NewSession session;
  if (auto started = start(*account, session); !started) return LogInRefusal{started.error(), {}};
  throttle_.forgive(looked_up, address);
  return session;
}

Result<> SessionService::start(const Account& verified, NewSession& session) {
  session.token = http::to_base64url(http::random_bytes(kTokenBytes));
  const auto hash = http::sha256(session.token);
  const auto now = clock_.now();
  session.expires_at = now + options_.absolute_limit;
  std::vector<std::string> ended;
  auto done = store_.transact([&](Transaction& transaction) -> Result<> {
    ended.clear();
    // The password may have been changed, or the account disabled, while the hash was computed.
    auto account = accounts_.find(transaction, verified.id);
    if (!account) return account.error();
    if (account->is_disabled || account->password_hash != verified.password_hash) {
      return bad_credentials();
    }
    auto kept = keep_few_sessions(transaction, account->id, ended);
    if (!kept) return kept.error();
    session.account = std::move(*account);
    auto put = transaction.put(keys::session_of(verified.id, hash), "");
    if (!put) return put.error();
    return storage::save(transaction, keys::session(hash),
                         Session{verified.id, now, now, session.expires_at});
  });
  if (!done) return done.error();
  session.key = http::to_hex(hash);
  for (const auto& old : ended) {
    cache_.drop(old);
    tell_end(http::to_hex(old));
  }
  return {};
}

// Erases sessions that are over, and the longest idle ones above the limit.
Result<> SessionService::keep_few_sessions(Transaction& transaction, AccountId account,
                                           std::vector<std::string>& ended) {
  auto entries = transaction.scan(keys::sessions_of(account), options_.max_per_account + 50);
  if (!entries) return entries.error();
  std::vector<std::pair<Timestamp, std::string>> live;
  for (const auto& entry : *entries) {
    const std::string hash(hash_in(entry.key));
    auto session = storage::load<Session>(transaction, keys::session(hash));
    if (!session) return session.error();
    if (*session && !is_over(**session)) {
      live.emplace_back((*session)->last_used_at, hash);
    } else {
      ended.push_back(hash);
    }
  }
  std::sort(live.begin(), live.end());
  for (std::size_t i = 0; i + options_.max_per_account <= live.size(); ++i) {
    ended.push_back(live[i].second);
  }
  for (const auto& hash : ended) {
    if (auto done = erase_session(transaction, account, hash); !done) return done.error();
  }
  return {};
}

Result<> SessionService::log_out(std::string_view key) {
  const auto hash = hash_of_key(key);
  if (hash.empty()) return {};
  auto done = store_.transact([&](Transaction& transaction) -> Result<> {
    auto session = storage::load<Session>(transaction, keys::session(hash));
    if (!session) return session.error();
    if (!*session) return {};
    return erase_session(transaction, (*session)->account, hash);
  });
  if (!done) return done.error();
  cache_.drop(hash);
  tell_end(key);
  return {};
}

Result<std::optional<SessionView>> SessionService::viewer_of(std::string_view token) {
  if (token.size() != kTokenChars) return std::optional<SessionView>{};
  const auto hash = http::sha256(token);
  if (auto cached = cache_.find(hash)) return cached;
  const auto generation = cache_.generation();
  auto view = load(hash);
  if (view && *view) cache_.put(hash, **view, generation);
  return view;
}

Result<std::optional<SessionView>> SessionService::load(std::string_view hash) {
  std::optional<SessionView> view;
  bool is_stale = false;
  auto done = store_.read([&](Transaction& transaction) -> Result<> {
    auto session = storage::load<Session>(transaction, keys::session(hash));
    if (!session) return session.error();
    if (!*session || is_over(**session)) return {};
    auto account = storage::load<Account>(transaction, keys::account((*session)->account));
    if (!account) return account.error();
    if (!*account || (*account)->is_disabled) return {};
    is_stale = (*session)->last_used_at + kTouchEvery <= clock_.now();
    view = SessionView{{(*account)->id, (*account)->grants},
                       http::to_hex(hash),
                       std::min((*session)->expires_at, clock_.now() + options_.idle_limit)};
    return {};
  });
  if (!done) return done.error();
  if (is_stale) touch(hash);
  return view;
}

// A failure here costs nothing now, and the next use tries again.
void SessionService::touch(std::string_view hash) {
  [[maybe_unused]] auto done = store_.transact([&](Transaction& transaction) -> Result<> {
    auto session = storage::load<Session>(transaction, keys::session(hash));
    if (!session) return session.error();
    if (!*session) return {};
    (*session)->last_used_at = clock_.now();
    return storage::save(transaction, keys::session(hash), **session);
  });
}

std::optional<bool> SessionService::try_signed_in(const http::RequestHead& head) const {
  const auto credential = find_credential(head.authorization, head.cookie);
  if (credential.kind == CredentialKind::none) return false;
  if (credential.token.size() != kTokenChars) return std::nullopt;
  const auto hash = http::sha256_digest(credential.token);
  if (!cache_.has(http::view_of(hash))) return std::nullopt;
  return true;
}

std::string SessionService::csrf_token(std::string_view key) const {
  return http::to_base64url(http::hmac_sha256(csrf_key_, "csrf:" + std::string(key)));
}

bool SessionService::is_csrf_token(std::string_view key, std::string_view token) const {
  return http::equal_in_constant_time(csrf_token(key), token);
}

}  // namespace weike::accounts
