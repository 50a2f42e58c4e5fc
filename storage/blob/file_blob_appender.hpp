#pragma once

#include "storage/blob/blob_folders.hpp"
#include "storage/blob/blob_store.hpp"
#include "storage/blob/posix_file.hpp"

#include <filesystem>

namespace weike::storage {

// Grows a file at its final name. Large pieces go past the page cache where the file system lets
// them: nobody reads an upload often, and copying it there costs more than bringing it to the disk.
class FileBlobAppender final : public BlobAppender {
 public:
  static Result<std::unique_ptr<FileBlobAppender>> open(BlobFolders& folders,
                                                        std::string_view name);

  std::uint64_t size_bytes() const override { return size_bytes_; }
  Result<> append(std::span<const std::byte> bytes) override;
  Result<> sync() override;
  Result<> truncate(std::uint64_t size_bytes) override;

 private:
  // How direct writing goes.
  enum class Direct { untried, works, refused };

  FileBlobAppender(std::filesystem::path path, Descriptor file, std::uint64_t size_bytes)
      : path_(std::move(path)), file_(std::move(file)), size_bytes_(size_bytes) {}

  Result<> write(std::span<const std::byte> bytes);
  // How many bytes at the front can be written directly.
  std::size_t direct_part(std::span<const std::byte> bytes) const;
  Result<bool> write_directly(std::span<const std::byte> bytes);

  std::filesystem::path path_;
  Descriptor file_;
  Descriptor direct_file_;
  Direct direct_ = Direct::untried;
  std::uint64_t size_bytes_;
  bool is_folder_synced_ = false;
  bool has_sync_failed_ = false;
};

}  // namespace weike::storage
