#pragma once

#include "model/error.hpp"

#include <cstddef>
#include <cstdint>
#include <semaphore>
#include <string>
#include <string_view>

namespace weike::accounts {

// The OWASP minimum for Argon2id (Password Storage Cheat Sheet); tests take less.
struct PasswordCosts {
  std::uint32_t memory_kib = 19 * 1024;
  std::uint32_t passes = 2;
};

// Argon2id, on at most two threads at once, so that a flood of log-ins leaves the machine to those
// who watch. Threads may share it.
class PasswordHasher {
 public:
  explicit PasswordHasher(PasswordCosts costs = {});

  // The encoded hash of `password` with a fresh salt. `unavailable` when others hold both places
  // for long.
  Result<std::string> hash(std::string_view password);
  // Whether `password` belongs to `encoded`. An empty `encoded` (an account that does not exist)
  // takes the same time and is false.
  Result<bool> verify(std::string_view encoded, std::string_view password);

 private:
  static constexpr std::ptrdiff_t kParallel = 2;

  PasswordCosts costs_;
  std::counting_semaphore<kParallel> places_{kParallel};
  std::string nobodys_hash_;
};

}  // namespace weike::accounts
