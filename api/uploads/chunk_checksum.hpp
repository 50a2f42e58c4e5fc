#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace weike::uploads {

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
