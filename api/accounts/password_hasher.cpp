#include "api/accounts/password_hasher.hpp"

#include "api/http/digest.hpp"

#include <argon2.h>

#include <chrono>
#include <new>

namespace weike::accounts {
namespace {

constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHashBytes = 32;
constexpr auto kPatience = std::chrono::seconds{5};

// A place among the threads that hash, given back at the end of the scope.
template <std::ptrdiff_t Count>
class Place {
 public:
  explicit Place(std::counting_semaphore<Count>& places)
      : places_(places), is_held_(places.try_acquire_for(kPatience)) {}
  ~Place() {
    if (is_held_) places_.release();
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  bool is_held() const { return is_held_; }

 private:
  std::counting_semaphore<Count>& places_;
  bool is_held_;
};

Error busy() { return {ErrorCode::unavailable, "too many passwords are being checked"}; }

Result<std::string> encode(std::string_view password, const PasswordCosts& costs) {
  const auto salt = http::random_bytes(kSaltBytes);
  std::string encoded(
      argon2_encodedlen(costs.passes, costs.memory_kib, 1, kSaltBytes, kHashBytes, Argon2_id),
      '\0');
  const int code =
      argon2id_hash_encoded(costs.passes, costs.memory_kib, 1, password.data(), password.size(),
                            salt.data(), salt.size(), kHashBytes, encoded.data(), encoded.size());
  if (code != ARGON2_OK) return Error{ErrorCode::internal, argon2_error_message(code)};
  encoded.resize(encoded.find('\0'));
  return encoded;
}

}  // namespace

PasswordHasher::PasswordHasher(PasswordCosts costs) : costs_(costs) {
  auto encoded = encode("nobody has this password", costs_);
  if (!encoded) throw std::bad_alloc();
  nobodys_hash_ = std::move(*encoded);
}

Result<std::string> PasswordHasher::hash(std::string_view password) {
  const Place place(places_);
  if (!place.is_held()) return busy();
  return encode(password, costs_);
}

Result<bool> PasswordHasher::verify(std::string_view encoded, std::string_view password) {
  const Place place(places_);
  if (!place.is_held()) return busy();
  const std::string stored(encoded.empty() ? nobodys_hash_ : encoded);
  const int code = argon2id_verify(stored.c_str(), password.data(), password.size());
  if (code == ARGON2_OK) return !encoded.empty();
  if (code == ARGON2_VERIFY_MISMATCH) return false;
  return Error{ErrorCode::internal, argon2_error_message(code)};
}

}  // namespace weike::accounts
