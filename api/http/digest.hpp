#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

// Digests, message authentication and random bytes, as byte strings.
namespace weike::http {

using Digest = std::array<char, 32>;
inline std::string_view view_of(const Digest& digest) { return {digest.data(), digest.size()}; }

Digest sha256_digest(std::string_view bytes);
// The same 32 bytes.
std::string sha256(std::string_view bytes);
// HMAC-SHA-256 (RFC 2104), 32 bytes.
std::string hmac_sha256(std::string_view key, std::string_view message);

// HMAC-SHA-256 under one key, which is prepared once: half the work for short messages, and no
// memory. Threads may share it; copies share the key.
class Authenticator {
 public:
  explicit Authenticator(std::string_view key);
  Digest tag(std::string_view message) const;

 private:
  struct State;
  std::shared_ptr<const State> state_;
};

// Takes the same time for all contents of the same length.
bool equal_in_constant_time(std::string_view left, std::string_view right);
// From the system's generator; throws std::system_error where that is missing.
std::string random_bytes(std::size_t count);
// Lower-case.
std::string to_hex(std::string_view bytes);

}  // namespace weike::http
