#pragma once

#include "model/time.hpp"

#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace weike::accounts {

struct ThrottleOptions {
  std::size_t attempts_per_account = 10;
  // Wider, since a whole office may stand behind one address.
  std::size_t attempts_per_address = 100;
  Milliseconds window = std::chrono::minutes{5};
  // Accounts and addresses that are remembered; the least recent are forgotten first.
  std::size_t max_keys = 50'000;
};

// Counts failed log-ins before any password is hashed. Names that no account has count like others,
// so that the answer tells nothing. Kept in memory. Threads may share it.
class LogInThrottle {
 public:
  explicit LogInThrottle(const Clock& clock, ThrottleOptions options = {})
      : clock_(clock), options_(options) {}

  // Counts an attempt. A time means: refused, and free again after it.
  std::optional<Milliseconds> admit(std::string_view account, std::string_view address);
  // The attempt that was counted last succeeded: it does not count.
  void forgive(std::string_view account, std::string_view address);

 private:
  using Attempts = std::deque<Timestamp>;

  std::optional<Milliseconds> wait_for(const std::string& key, std::size_t limit, Timestamp now);
  void make_room(Timestamp now);
  void drop_last(const std::string& key);

  const Clock& clock_;
  ThrottleOptions options_;
  std::mutex mutex_;
  std::map<std::string, Attempts> attempts_;
};

// What counts as one address: an IPv4 address, or the /64 network of an IPv6 one.
std::string address_group(std::string_view address);

}  // namespace weike::accounts
