#pragma once

#include "storage/blob/blob_folders.hpp"
#include "storage/blob/blob_store.hpp"
#include "storage/blob/posix_file.hpp"

#include <filesystem>

namespace weike::storage {

// Grows a file at its final name.
class FileBlobAppender final : public BlobAppender {
 public:
  static Result<std::unique_ptr<FileBlobAppender>> open(BlobFolders& folders,
                                                        std::string_view name);

  std::uint64_t size_bytes() const override { return size_bytes_; }
  Result<> append(std::span<const std::byte> bytes) override;
  Result<> sync() override;
  Result<> truncate(std::uint64_t size_bytes) override;

 private:
  FileBlobAppender(std::filesystem::path path, Descriptor file, std::uint64_t size_bytes)
      : path_(std::move(path)), file_(std::move(file)), size_bytes_(size_bytes) {}

  std::filesystem::path path_;
  Descriptor file_;
  std::uint64_t size_bytes_;
  bool is_folder_synced_ = false;
  bool has_sync_failed_ = false;
};

}  // namespace weike::storage
