#include "api/uploads/content_hash.hpp"

#include "api/http/digest.hpp"

// OpenSSL's SHA-256 costs a tenth less than Nettle's, but only its older calls show the state,
// which is to be saved.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <nettle/sha1.h>
#include <nettle/sha2.h>
#include <openssl/sha.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace weike::uploads {
namespace {

constexpr char kStateVersion = 1;
constexpr std::size_t kWords = 8;
constexpr std::size_t kHeadBytes = 1 + kWords * 4 + 8 + 1;

const std::uint8_t* octets(std::span<const std::byte> bytes) {
  return reinterpret_cast<const std::uint8_t*>(bytes.data());
}

void put_number(std::string& out, std::uint64_t number, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(number >> shift & 0xff));
  }
}

std::uint64_t take_number(std::string_view& in, std::size_t bytes) {
  std::uint64_t number = 0;
  for (const char byte : in.substr(0, bytes))
    number = number << 8 | static_cast<std::uint8_t>(byte);
  in.remove_prefix(bytes);
  return number;
}

}  // namespace

struct ContentHash::Context {
  SHA256_CTX sha{};

  std::uint64_t bytes() const {
    return (static_cast<std::uint64_t>(sha.Nh) << 32 | sha.Nl) / 8;  // It counts bits.
  }
};

ContentHash::ContentHash() : context_(std::make_unique<Context>()) { SHA256_Init(&context_->sha); }
ContentHash::~ContentHash() = default;
ContentHash::ContentHash(ContentHash&&) noexcept = default;
ContentHash& ContentHash::operator=(ContentHash&&) noexcept = default;

std::optional<ContentHash> ContentHash::from_state(std::string_view state) {
  ContentHash hash;
  if (state.empty()) return hash;
  if (state.size() < kHeadBytes || state.front() != kStateVersion) return std::nullopt;
  state.remove_prefix(1);
  auto& sha = hash.context_->sha;
  for (auto& word : sha.h) word = static_cast<std::uint32_t>(take_number(state, 4));
  const auto blocks = take_number(state, 8);
  const auto tail = take_number(state, 1);
  if (tail >= SHA256_CBLOCK || state.size() != tail) return std::nullopt;
  const auto bits = (blocks * SHA256_CBLOCK + tail) * 8;
  sha.Nl = static_cast<std::uint32_t>(bits);
  sha.Nh = static_cast<std::uint32_t>(bits >> 32);
  sha.num = static_cast<unsigned>(tail);
  std::memcpy(sha.data, state.data(), state.size());
  return hash;
}

std::string ContentHash::state() const {
  const auto& sha = context_->sha;
  std::string state(1, kStateVersion);
  for (const auto word : sha.h) put_number(state, word, 4);
  put_number(state, context_->bytes() / SHA256_CBLOCK, 8);
  put_number(state, sha.num, 1);
  state.append(reinterpret_cast<const char*>(sha.data), sha.num);
  return state;
}

void ContentHash::update(std::span<const std::byte> bytes) {
  SHA256_Update(&context_->sha, bytes.data(), bytes.size());
}

std::size_t ContentHash::bytes_hashed() const {
  return static_cast<std::size_t>(context_->bytes());
}

std::string ContentHash::hex() const {
  auto copy = context_->sha;  // Taking the digest ends a context.
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256_Final(reinterpret_cast<std::uint8_t*>(digest.data()), &copy);
  return http::to_hex(digest);
}

struct ChunkChecksum::Context {
  sha1_ctx sha1{};
  sha256_ctx sha256{};
};

ChunkChecksum::ChunkChecksum(ExpectedChecksum expected)
    : expected_(std::move(expected)), context_(std::make_unique<Context>()) {
  sha1_init(&context_->sha1);
  sha256_init(&context_->sha256);
}

ChunkChecksum::~ChunkChecksum() = default;

void ChunkChecksum::update(std::span<const std::byte> bytes) {
  switch (expected_.kind) {
    case ChecksumKind::sha1:
      sha1_update(&context_->sha1, bytes.size(), octets(bytes));
      break;
    case ChecksumKind::sha256:
      sha256_update(&context_->sha256, bytes.size(), octets(bytes));
      break;
  }
}

bool ChunkChecksum::matches() const {
  auto copy = *context_;
  std::string digest(expected_.kind == ChecksumKind::sha1 ? SHA1_DIGEST_SIZE : SHA256_DIGEST_SIZE,
                     '\0');
  auto* const out = reinterpret_cast<std::uint8_t*>(digest.data());
  if (expected_.kind == ChecksumKind::sha1) {
    sha1_digest(&copy.sha1, digest.size(), out);
  } else {
    sha256_digest(&copy.sha256, digest.size(), out);
  }
  return digest == expected_.digest;
}

}  // namespace weike::uploads
