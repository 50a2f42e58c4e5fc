#include "api/accounts/log_in_throttle.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>

namespace weike::accounts {
namespace {

std::string account_key(std::string_view account) { return "n" + std::string(account); }
std::string address_key(std::string_view address) { return "a" + address_group(address); }

}  // namespace

std::string address_group(std::string_view address) {
  in6_addr v6{};
  std::string text(address);
  if (inet_pton(AF_INET6, text.c_str(), &v6) != 1) return text;
  const auto* const bytes = reinterpret_cast<const char*>(v6.s6_addr);
  if (IN6_IS_ADDR_V4MAPPED(&v6)) {
    char v4[INET_ADDRSTRLEN] = {};
    inet_ntop(AF_INET, bytes + 12, v4, sizeof v4);
    return v4;
  }
  return std::string(bytes, 8);
}

std::optional<Milliseconds> LogInThrottle::wait_for(const std::string& key, std::size_t limit,
                                                    Timestamp now) {
  const auto found = attempts_.find(key);
  if (found == attempts_.end()) return std::nullopt;
  auto& attempts = found->second;
  while (!attempts.empty() && attempts.front() + options_.window <= now) attempts.pop_front();
  if (attempts.size() < limit) return std::nullopt;
  return attempts.front() + options_.window - now;
}

std::optional<Milliseconds> LogInThrottle::admit(std::string_view account,
                                                 std::string_view address) {
  const std::scoped_lock lock(mutex_);
  const auto now = clock_.now();
  const auto by_account = wait_for(account_key(account), options_.attempts_per_account, now);
  const auto by_address = wait_for(address_key(address), options_.attempts_per_address, now);
  if (by_account || by_address) {
    return std::max(by_account.value_or(Milliseconds{0}), by_address.value_or(Milliseconds{0}));
  }
  make_room(now);
  attempts_[account_key(account)].push_back(now);
  attempts_[address_key(address)].push_back(now);
  return std::nullopt;
}

void LogInThrottle::make_room(Timestamp now) {
  if (attempts_.size() + 2 <= options_.max_keys) return;
  std::erase_if(attempts_, [&](const auto& entry) {
    return entry.second.empty() || entry.second.back() + options_.window <= now;
  });
  while (!attempts_.empty() && attempts_.size() + 2 > options_.max_keys) {
    const auto oldest = std::min_element(
        attempts_.begin(), attempts_.end(),
        [](const auto& a, const auto& b) { return a.second.back() < b.second.back(); });
    attempts_.erase(oldest);
  }
}

void LogInThrottle::drop_last(const std::string& key) {
  const auto found = attempts_.find(key);
  if (found == attempts_.end() || found->second.empty()) return;
  found->second.pop_back();
  if (found->second.empty()) attempts_.erase(found);
}

void LogInThrottle::forgive(std::string_view account, std::string_view address) {
  const std::scoped_lock lock(mutex_);
  drop_last(account_key(account));
  drop_last(address_key(address));
}

}  // namespace weike::accounts
