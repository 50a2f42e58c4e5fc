#pragma once

#include "model/role.hpp"
#include "model/time.hpp"

#include <cstdint>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace weike::accounts {

// A session that is valid at the moment it is given out.
struct SessionView {
  Viewer viewer;
  std::string key;  // Hex of the token's SHA-256: names the session without opening it.
  Timestamp expires_at{};
};

// Sessions that were read from the store lately, so that the hot lane needs no store. An entry is
// believed for five seconds at most; what this process changes is dropped at once. Threads may
// share it.
class SessionCache {
 public:
  explicit SessionCache(const Clock& clock) : clock_(clock) {}

  std::optional<SessionView> find(std::string_view hash) const;
  // Whether `find` would give one; takes no memory.
  bool has(std::string_view hash) const;

  // A number to be taken before the store is read and handed to `put`, which then refuses what was
  // read before a `drop`.
  std::uint64_t generation() const;
  void put(std::string_view hash, const SessionView& view, std::uint64_t generation);
  void drop(std::string_view hash);
  void drop_account(AccountId account);

 private:
  struct Entry {
    SessionView view;
    Timestamp read_at{};
  };
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  bool is_fresh(const Entry& entry) const;
  void make_room();

  const Clock& clock_;
  mutable std::shared_mutex mutex_;
  std::uint64_t generation_ = 0;
  std::unordered_map<std::string, Entry, Hash, std::equal_to<>> entries_;
};

}  // namespace weike::accounts
