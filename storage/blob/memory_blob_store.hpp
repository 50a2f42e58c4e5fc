#pragma once

#include "storage/blob/blob_store.hpp"

#include <memory>

namespace weike::storage {

class MemoryShelf;

// Keeps blobs in memory, for tests; descriptors are of memory files (memfd_create). Threads may
// share it; open files and appenders may outlive it.
class MemoryBlobStore final : public BlobStore {
 public:
  explicit MemoryBlobStore(std::uint64_t capacity_bytes = 1ull << 30);
  ~MemoryBlobStore() override;

  Result<> link(std::string_view from, std::string_view to) override;
  Result<> put(std::string_view name, std::span<const std::byte> bytes) override;
  Result<std::unique_ptr<BlobWriter>> open_writer(std::string_view name) override;
  Result<std::unique_ptr<BlobAppender>> open_appender(std::string_view name) override;
  Result<std::string> read(std::string_view name, std::uint64_t limit_bytes) override;
  Result<std::optional<std::uint64_t>> stat(std::string_view name) override;
  Result<std::shared_ptr<const OpenFile>> open(std::string_view name) override;
  Result<> erase(std::string_view name) override;
  Result<> erase_all(std::string_view prefix) override;
  Result<std::vector<std::string>> list(std::string_view prefix, std::size_t limit) override;
  Result<std::uint64_t> free_bytes() override;

 private:
  std::shared_ptr<MemoryShelf> shelf_;
};

}  // namespace weike::storage
