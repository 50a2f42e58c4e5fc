#include "storage/blob/file_blob_store.hpp"

#include "storage/blob/blob_folders.hpp"
#include "storage/blob/blob_name.hpp"
#include "storage/blob/file_blob_appender.hpp"
#include "storage/blob/file_blob_writer.hpp"
#include "storage/blob/posix_file.hpp"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

namespace weike::storage {
namespace {

// Appends the names below `folder` to `names` in byte order. A subfolder sorts with its '/', so
// that the order of the walk is the order of the whole names.
Result<> list_below(const std::filesystem::path& folder, const std::string& prefix,
                    std::size_t limit, std::vector<std::string>& names) {
  std::vector<std::string> entries;
  std::error_code failure;
  std::filesystem::directory_iterator entry(folder, failure), end;
  for (; !failure && entry != end; entry.increment(failure)) {
    auto name = entry->path().filename().string();
    if (name.starts_with('.')) continue;
    std::error_code unknown;
    if (entry->is_directory(unknown)) name.push_back('/');
    entries.push_back(std::move(name));
  }
  if (failure == std::errc::no_such_file_or_directory) return {};
  if (failure) return Error{ErrorCode::unavailable, "cannot list: " + failure.message()};

  std::sort(entries.begin(), entries.end());
  for (const auto& name : entries) {
    if (names.size() >= limit) return {};
    if (!name.ends_with('/')) {
      names.push_back(prefix + name);
    } else if (const auto listed = list_below(folder / name, prefix + name, limit, names);
               !listed) {
      return listed;
    }
  }
  return {};
}

// For what cannot have a second name: another file system, or one without hard links.
Result<> copy(const OpenFile& from, BlobWriter& to) {
  std::vector<std::byte> piece(std::size_t{1} << 20);
  std::uint64_t offset = 0;
  while (offset < from.size_bytes()) {
    const auto got =
        ::pread(from.descriptor(), piece.data(), piece.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno_error("cannot read");
    if (got == 0) return Error{ErrorCode::unavailable, "a blob ends before its end"};
    const auto bytes = std::span(piece).first(static_cast<std::size_t>(got));
    if (const auto written = to.write(bytes); !written) return written;
    offset += bytes.size();
  }
  return to.commit();
}

}  // namespace

Result<std::unique_ptr<FileBlobStore>> FileBlobStore::open_at(const std::filesystem::path& root) {
  auto folders = std::make_unique<BlobFolders>(root);
  if (const auto prepared = folders->prepare(); !prepared) return prepared.error();
  return std::unique_ptr<FileBlobStore>(new FileBlobStore(std::move(folders)));
}

FileBlobStore::FileBlobStore(std::unique_ptr<BlobFolders> folders) : folders_(std::move(folders)) {}

FileBlobStore::~FileBlobStore() = default;

Result<> FileBlobStore::link(std::string_view from, std::string_view to) {
  if (const auto checked = check_blob_name(to); !checked) return checked;
  const auto file = open(from);
  if (!file) return file.error();
  if (const auto made = folders_->make_parents(to); !made) return made;
  const auto target = folders_->path_of(to);
  if (::link(folders_->path_of(from).c_str(), target.c_str()) == 0) {
    return sync_folder(target.parent_path());
  }
  if (errno == ENOENT) return errno_error("cannot link " + std::string(from));
  if (errno == EEXIST) {
    const auto size = stat(to);
    if (!size) return size.error();
    if (*size == (*file)->size_bytes()) return sync_folder(target.parent_path());
    return Error{ErrorCode::conflict, "another blob has the name " + std::string(to)};
  }
  const auto writer = open_writer(to);
  if (!writer) return writer.error();
  return copy(**file, **writer);
}

Result<> FileBlobStore::put(std::string_view name, std::span<const std::byte> bytes) {
  const auto writer = open_writer(name);
  if (!writer) return writer.error();
  if (const auto written = (*writer)->write(bytes); !written) return written;
  return (*writer)->commit();
}

Result<std::unique_ptr<BlobWriter>> FileBlobStore::open_writer(std::string_view name) {
  if (const auto checked = check_blob_name(name); !checked) return checked.error();
  auto writer = FileBlobWriter::open(*folders_, name);
  if (!writer) return writer.error();
  return std::unique_ptr<BlobWriter>(std::move(*writer));
}

Result<std::unique_ptr<BlobAppender>> FileBlobStore::open_appender(std::string_view name) {
  if (const auto checked = check_blob_name(name); !checked) return checked.error();
  auto appender = FileBlobAppender::open(*folders_, name);
  if (!appender) return appender.error();
  return std::unique_ptr<BlobAppender>(std::move(*appender));
}

Result<std::string> FileBlobStore::read(std::string_view name, std::uint64_t limit_bytes) {
  const auto file = open(name);
  if (!file) return file.error();
  if ((*file)->size_bytes() > limit_bytes)
    return Error{ErrorCode::too_large, "the blob is larger than the reader expects"};
  return read_from_begin((*file)->descriptor(), (*file)->size_bytes());
}

Result<std::optional<std::uint64_t>> FileBlobStore::stat(std::string_view name) {
  const auto file = open(name);
  if (file) return std::optional<std::uint64_t>{(*file)->size_bytes()};
  if (file.error().code == ErrorCode::not_found) return std::optional<std::uint64_t>{};
  return file.error();
}

Result<std::shared_ptr<const OpenFile>> FileBlobStore::open(std::string_view name) {
  if (const auto checked = check_blob_name(name); !checked) return checked.error();
  auto file = open_file(folders_->path_of(name), O_RDONLY);
  if (!file) return file.error();
  const auto size = size_of(file->get());
  if (!size) return size.error();
  return std::make_shared<const OpenFile>(file->release(), *size);
}

Result<> FileBlobStore::erase(std::string_view name) {
  if (const auto checked = check_blob_name(name); !checked) return checked;
  const auto path = folders_->path_of(name);
  if (::unlink(path.c_str()) != 0) {
    auto error = errno_error("cannot erase " + path.string());
    if (error.code == ErrorCode::not_found) return {};
    return error;
  }
  return sync_folder(path.parent_path());
}

Result<> FileBlobStore::erase_all(std::string_view prefix) {
  if (const auto checked = check_blob_prefix(prefix); !checked) return checked;
  // In one step it is away from its name; what a crash leaves of it is swept at the next start.
  const auto folder = folders_->path_of(prefix.substr(0, prefix.size() - 1));
  const auto doomed = folders_->make_temporary();
  // The '/' at the end makes the call fail if this is a blob and no folder.
  if (::rename((folder / "").c_str(), doomed.c_str()) != 0) {
    auto error = errno_error("cannot erase " + folder.string());
    if (error.code == ErrorCode::not_found) return {};
    return error;
  }
  folders_->forget_durable();
  const auto synced = sync_folder(folder.parent_path());
  std::error_code failure;
  std::filesystem::remove_all(doomed, failure);
  return synced;
}

Result<std::vector<std::string>> FileBlobStore::list(std::string_view prefix, std::size_t limit) {
  if (const auto checked = check_blob_prefix(prefix); !checked) return checked.error();
  std::vector<std::string> names;
  const auto listed = list_below(folders_->path_of(prefix), std::string(prefix), limit, names);
  if (!listed) return listed.error();
  return names;
}

Result<std::uint64_t> FileBlobStore::free_bytes() {
  struct statvfs disk{};
  if (::statvfs(folders_->root().c_str(), &disk) != 0) return errno_error("cannot ask the disk");
  return static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
}

}  // namespace weike::storage
