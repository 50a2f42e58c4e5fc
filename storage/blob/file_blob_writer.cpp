#include "storage/blob/file_blob_writer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace weike::storage {

Result<std::unique_ptr<FileBlobWriter>> FileBlobWriter::open(BlobFolders& folders,
                                                             std::string_view name) {
  auto temporary = folders.make_temporary();
  auto file = open_file(temporary, O_WRONLY | O_CREAT | O_EXCL);
  if (!file) return file.error();
  return std::unique_ptr<FileBlobWriter>(
      new FileBlobWriter(folders, name, std::move(temporary), std::move(*file)));
}

FileBlobWriter::FileBlobWriter(BlobFolders& folders, std::string_view name,
                               std::filesystem::path temporary, Descriptor file)
    : folders_(folders), name_(name), temporary_(std::move(temporary)), file_(std::move(file)) {}

FileBlobWriter::~FileBlobWriter() {
  // After a commit the temporary is gone, unless the blob existed already.
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<> FileBlobWriter::write(std::span<const std::byte> bytes) {
  const auto written = write_at(file_.get(), bytes, size_bytes_);
  if (written) size_bytes_ += bytes.size();
  return written;
}

Result<> FileBlobWriter::commit() {
  const auto file = std::move(file_);  // Closed at the end: a blob never changes after its commit.
  if (const auto synced = sync_data(file.get()); !synced) return synced;
  if (const auto made = folders_.make_parents(name_); !made) return made;
  const auto target = folders_.path_of(name_);
  if (const auto moved = move_to(target); !moved) return moved;
  return sync_folder(target.parent_path());
}

Result<> FileBlobWriter::move_to(const std::filesystem::path& target) {
  int failed =
      ::renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE);
  if (failed != 0 && errno == EEXIST) return accept_existing(target);
  if (failed != 0 && errno == EINVAL) {
    // A file system without RENAME_NOREPLACE. Two who commit one name at one time have the same
    // bytes, so it does no harm that only the check below keeps them apart.
    if (::access(target.c_str(), F_OK) == 0) return accept_existing(target);
    failed = ::rename(temporary_.c_str(), target.c_str());
  }
  if (failed != 0) return errno_error("cannot commit " + name_);
  temporary_.clear();
  return {};
}

Result<> FileBlobWriter::accept_existing(const std::filesystem::path& target) const {
  const auto existing = open_file(target, O_RDONLY);
  if (!existing) return existing.error();
  const auto size = size_of(existing->get());
  if (!size || *size != size_bytes_)
    return Error{ErrorCode::conflict, "another blob has the name " + name_};
  return {};
}

}  // namespace weike::storage
