#pragma once

#include "storage/blob/blob_store.hpp"
#include "storage/blob/posix_file.hpp"

#include <memory>
#include <mutex>

// What MemoryBlobStore is made of; private to it.
namespace weike::storage {

// The bytes that all files of one store may take together. Threads may share it.
class MemoryBudget {
 public:
  explicit MemoryBudget(std::uint64_t capacity_bytes) : free_bytes_(capacity_bytes) {}

  Result<> take(std::uint64_t bytes);
  void give_back(std::uint64_t bytes);
  std::uint64_t free_bytes() const;

 private:
  mutable std::mutex mutex_;
  std::uint64_t free_bytes_;
};

// An unnamed file in memory that grows at its end. Only one thread changes it at a time.
class MemoryFile {
 public:
  static Result<std::shared_ptr<MemoryFile>> create(std::shared_ptr<MemoryBudget> budget);
  ~MemoryFile();
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::uint64_t size_bytes() const;
  Result<> append(std::span<const std::byte> bytes);
  Result<> truncate(std::uint64_t size_bytes);
  // A descriptor of its own, which outlives this object.
  Result<std::shared_ptr<const OpenFile>> open() const;

 private:
  MemoryFile(Descriptor file, std::shared_ptr<MemoryBudget> budget)
      : file_(std::move(file)), budget_(std::move(budget)) {}

  Descriptor file_;
  std::shared_ptr<MemoryBudget> budget_;
};

}  // namespace weike::storage
