#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace weike::uploads {

// SHA-256 over a stream that may pause for days and go on in another process: its state can be
// saved, so that no byte is read twice. One thread at a time.
class ContentHash {
 public:
  ContentHash();
  ~ContentHash();
  ContentHash(ContentHash&&) noexcept;
  ContentHash& operator=(ContentHash&&) noexcept;

  // From what `state` gave; empty bytes are the start. Nothing if they are no state.
  static std::optional<ContentHash> from_state(std::string_view state);
  // A format of our own, the same on every machine: version 1, eight words, blocks, tail length,
  // tail; numbers big-endian.
  std::string state() const;

  void update(std::span<const std::byte> bytes);
  std::size_t bytes_hashed() const;
  // Lower-case hex of what came so far.
  std::string hex() const;

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// What Upload-Checksum may name.
enum class ChecksumKind { sha1, sha256 };

struct ExpectedChecksum {
  ChecksumKind kind = ChecksumKind::sha1;
  std::string digest;  // Raw bytes, as long as the kind demands.
};

// The checksum of one chunk. One thread at a time.
class ChunkChecksum {
 public:
  explicit ChunkChecksum(ExpectedChecksum expected);
  ~ChunkChecksum();
  ChunkChecksum(const ChunkChecksum&) = delete;
  ChunkChecksum& operator=(const ChunkChecksum&) = delete;

  void update(std::span<const std::byte> bytes);
  // What came so far is what was expected.
  bool matches() const;

 private:
  struct Context;
  ExpectedChecksum expected_;
  std::unique_ptr<Context> context_;
};

}  // namespace weike::uploads
