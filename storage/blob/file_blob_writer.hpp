#pragma once

#include "storage/blob/blob_folders.hpp"
#include "storage/blob/blob_store.hpp"
#include "storage/blob/posix_file.hpp"

#include <filesystem>
#include <string>

namespace weike::storage {

// Writes a temporary file that `commit` moves to its name. The folders must outlive it.
class FileBlobWriter final : public BlobWriter {
 public:
  static Result<std::unique_ptr<FileBlobWriter>> open(BlobFolders& folders, std::string_view name);
  ~FileBlobWriter() override;

  Result<> write(std::span<const std::byte> bytes) override;
  Result<> commit() override;

 private:
  FileBlobWriter(BlobFolders& folders, std::string_view name, std::filesystem::path temporary,
                 Descriptor file);
  Result<> move_to(const std::filesystem::path& target);
  Result<> accept_existing(const std::filesystem::path& target) const;

  BlobFolders& folders_;
  std::string name_;
  std::filesystem::path temporary_;
  Descriptor file_;
  std::uint64_t size_bytes_ = 0;
};

}  // namespace weike::storage
