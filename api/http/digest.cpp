#include "api/http/digest.hpp"

#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <nettle/sha2.h>
#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

// nettle renames its functions by macros; this one would rename ours.
#undef sha256_digest

namespace weike::http {
namespace {

const std::uint8_t* octets(std::string_view bytes) {
  return reinterpret_cast<const std::uint8_t*>(bytes.data());
}

std::uint8_t* octets(Digest& bytes) { return reinterpret_cast<std::uint8_t*>(bytes.data()); }
std::uint8_t* octets(std::string& bytes) { return reinterpret_cast<std::uint8_t*>(bytes.data()); }

}  // namespace

Digest sha256_digest(std::string_view bytes) {
  sha256_ctx context;
  sha256_init(&context);
  sha256_update(&context, bytes.size(), octets(bytes));
  Digest digest;
  ::nettle_sha256_digest(&context, digest.size(), octets(digest));
  return digest;
}

std::string sha256(std::string_view bytes) { return std::string(view_of(sha256_digest(bytes))); }

struct Authenticator::State {
  hmac_sha256_ctx keyed;
};

Authenticator::Authenticator(std::string_view key) {
  auto state = std::make_shared<State>();
  hmac_sha256_set_key(&state->keyed, key.size(), octets(key));
  state_ = std::move(state);
}

Digest Authenticator::tag(std::string_view message) const {
  hmac_sha256_ctx context = state_->keyed;
  hmac_sha256_update(&context, message.size(), octets(message));
  Digest tag;
  hmac_sha256_digest(&context, tag.size(), octets(tag));
  return tag;
}

std::string hmac_sha256(std::string_view key, std::string_view message) {
  hmac_sha256_ctx context;
  hmac_sha256_set_key(&context, key.size(), octets(key));
  hmac_sha256_update(&context, message.size(), octets(message));
  std::string tag(SHA256_DIGEST_SIZE, '\0');
  hmac_sha256_digest(&context, tag.size(), octets(tag));
  return tag;
}

bool equal_in_constant_time(std::string_view left, std::string_view right) {
  return left.size() == right.size() && memeql_sec(left.data(), right.data(), left.size()) != 0;
}

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  for (std::size_t done = 0; done < count;) {
    const auto got = getrandom(bytes.data() + done, std::min<std::size_t>(count - done, 256), 0);
    if (got < 0 && errno != EINTR)
      throw std::system_error(errno, std::generic_category(), "getrandom");
    if (got > 0) done += static_cast<std::size_t>(got);
  }
  return bytes;
}

std::string to_hex(std::string_view bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const char byte : bytes) {
    text.push_back(kDigits[static_cast<unsigned char>(byte) >> 4]);
    text.push_back(kDigits[static_cast<unsigned char>(byte) & 15]);
  }
  return text;
}

}  // namespace weike::http
