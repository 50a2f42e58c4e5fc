#pragma once

#include <array>
#include <chrono>
#include <deque>
#include <mutex>
#include <optional>
#include <span>

struct ssl_ctx_st;

namespace weike::server {

// The keys that session tickets are sealed with (RFC 5077, RFC 8446 §4.6.1). The newest seals; the
// older ones open until a ticket's lifetime is over, so that a stolen key opens little. Shared by
// all I/O threads, outlives the certificates.
class TicketKeys {
 public:
  static constexpr std::chrono::hours kRotation{1};
  static constexpr std::size_t kKept = 5;
  // A ticket lives no longer than the key that opens it.
  static constexpr std::chrono::hours kTicketLifetime = kRotation * (kKept - 1);

  struct Key {
    std::array<unsigned char, 16> name{};
    std::array<unsigned char, 32> encryption{};
    std::array<unsigned char, 32> authentication{};
    std::chrono::steady_clock::time_point made;
  };

  // Makes `context` seal its tickets with these keys. They must outlive its connections.
  void serve(ssl_ctx_st* context);
  // A new key at once; by itself it comes every hour. False when there is no randomness.
  bool rotate();

  // The key that seals; nothing when there is no randomness: the session goes without a ticket.
  std::optional<Key> newest();
  // The key of that name, unless it is forgotten; `is_newest` tells whether it still seals.
  std::optional<Key> find(std::span<const unsigned char, 16> name, bool& is_newest);

 private:
  bool rotate_locked();

  std::mutex mutex_;
  std::deque<Key> keys_;  // Newest first.
};

}  // namespace weike::server
