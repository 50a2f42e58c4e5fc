#include "storage/blob/file_blob_appender.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace weike::storage {
namespace {

// What file systems and disks ask of direct writes: place, length and memory in such units.
constexpr std::size_t kBlockBytes = 4096;
// The page cache gathers smaller pieces, so that disks see fewer writes.
constexpr std::size_t kDirectBytes = std::size_t{512} * 1024;

}  // namespace

Result<std::unique_ptr<FileBlobAppender>> FileBlobAppender::open(BlobFolders& folders,
                                                                 std::string_view name) {
  if (const auto made = folders.make_parents(name); !made) return made.error();
  auto path = folders.path_of(name);
  auto file = open_file(path, O_RDWR | O_CREAT);
  if (!file) return file.error();
  const auto size = size_of(file->get());
  if (!size) return size.error();
  return std::unique_ptr<FileBlobAppender>(
      new FileBlobAppender(std::move(path), std::move(*file), *size));
}

Result<> FileBlobAppender::append(std::span<const std::byte> bytes) {
  auto written = write(bytes);
  if (written) {
    size_bytes_ += bytes.size();
  } else if (::ftruncate(file_.get(), static_cast<off_t>(size_bytes_)) != 0) {
    // The file holds a part of `bytes` that is not counted; the next append writes over it.
    return Error{written.error().code, written.error().message + ", and cannot cut it off"};
  }
  return written;
}

Result<> FileBlobAppender::write(std::span<const std::byte> bytes) {
  const auto direct = direct_part(bytes);
  if (direct > 0) {
    const auto written = write_directly(bytes.first(direct));
    if (!written) return written.error();
    if (*written) return write_at(file_.get(), bytes.subspan(direct), size_bytes_ + direct);
  }
  return write_at(file_.get(), bytes, size_bytes_);
}

std::size_t FileBlobAppender::direct_part(std::span<const std::byte> bytes) const {
  const bool is_aligned = size_bytes_ % kBlockBytes == 0 &&
                          reinterpret_cast<std::uintptr_t>(bytes.data()) % kBlockBytes == 0;
  if (direct_ == Direct::refused || !is_aligned || bytes.size() < kDirectBytes) return 0;
  return bytes.size() - bytes.size() % kBlockBytes;
}

// False where it cannot be done; then never again.
Result<bool> FileBlobAppender::write_directly(std::span<const std::byte> bytes) {
  if (direct_ == Direct::untried) {
    auto opened = open_file(path_, O_WRONLY | O_DIRECT);
    if (opened) direct_file_ = std::move(*opened);
    direct_ = opened ? Direct::works : Direct::refused;
    if (!opened) return false;
  }
  auto written = write_direct_at(direct_file_.get(), bytes, size_bytes_);
  if (written && !*written) direct_ = Direct::refused;
  return written;
}

Result<> FileBlobAppender::sync() {
  // After a failed sync the kernel may have dropped the data and still let the next one succeed.
  if (has_sync_failed_) return Error{ErrorCode::unavailable, "an earlier sync of this file failed"};
  if (const auto synced = sync_data(file_.get()); !synced) {
    has_sync_failed_ = true;
    return synced;
  }
  if (is_folder_synced_) return {};
  const auto synced = sync_folder(path_.parent_path());
  is_folder_synced_ = synced.has_value();
  return synced;
}

Result<> FileBlobAppender::truncate(std::uint64_t size_bytes) {
  if (size_bytes > size_bytes_)
    return Error{ErrorCode::invalid_argument, "truncating cannot make a file longer"};
  if (::ftruncate(file_.get(), static_cast<off_t>(size_bytes)) != 0)
    return errno_error("cannot truncate");
  size_bytes_ = size_bytes;
  return {};
}

}  // namespace weike::storage
