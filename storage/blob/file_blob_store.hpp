#pragma once

#include "storage/blob/blob_store.hpp"

#include <filesystem>
#include <memory>

namespace weike::storage {

class BlobFolders;

// Blobs as files below one folder of the local disk, at a path that equals their name. What is
// being written lies in the folder ".tmp" beside them and moves to its name when it is durable.
// Threads may share it; one process has the folder for itself. It outlives its writers and
// appenders.
class FileBlobStore final : public BlobStore {
 public:
  // Makes the folder if it is absent and sweeps what a crash left in ".tmp". `out_of_space` or
  // `unavailable` when the disk is at fault.
  static Result<std::unique_ptr<FileBlobStore>> open_at(const std::filesystem::path& root);
  ~FileBlobStore() override;

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
  explicit FileBlobStore(std::unique_ptr<BlobFolders> folders);

  std::unique_ptr<BlobFolders> folders_;
};

}  // namespace weike::storage
