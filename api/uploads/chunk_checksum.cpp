#include "api/uploads/chunk_checksum.hpp"

#include <nettle/sha1.h>
#include <nettle/sha2.h>

#include <cstdint>

namespace weike::uploads {
namespace {

const std::uint8_t* octets(std::span<const std::byte> bytes) {
  return reinterpret_cast<const std::uint8_t*>(bytes.data());
}

}  // namespace

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
