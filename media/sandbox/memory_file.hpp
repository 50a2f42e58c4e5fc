#pragma once

#include "model/error.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace weike::media {

// Bytes in memory behind a descriptor that a child can be given: nothing to feed, nothing that can
// block or break half-way, and once it is sealed nobody can change it. Owns the descriptor. One
// thread at a time until it is sealed.
class MemoryFile {
 public:
  // `name` is for who looks at a process's descriptors. `unavailable` without room for one more.
  static Result<MemoryFile> create(const char* name);
  MemoryFile(MemoryFile&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), size_bytes_(other.size_bytes_) {}
  MemoryFile& operator=(MemoryFile&&) = delete;
  ~MemoryFile();

  Result<> append(std::span<const std::byte> bytes);
  Result<> seal();

  int descriptor() const { return descriptor_; }
  std::uint64_t size_bytes() const { return size_bytes_; }

 private:
  explicit MemoryFile(int descriptor) : descriptor_(descriptor) {}

  int descriptor_ = -1;
  std::uint64_t size_bytes_ = 0;
};

}  // namespace weike::media
