#include "storage/blob/posix_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace weike::storage {

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

Error errno_error(const std::string& what) {
  const int number = errno;
  auto code = ErrorCode::unavailable;
  if (number == ENOSPC || number == EDQUOT || number == EFBIG) code = ErrorCode::out_of_space;
  if (number == ENOENT || number == ENOTDIR) code = ErrorCode::not_found;
  return {code, what + ": " + std::generic_category().message(number)};
}

Result<Descriptor> open_file(const std::filesystem::path& path, int flags) {
  const int number = ::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0640);
  if (number < 0) return errno_error("cannot open " + path.string());
  return Descriptor(number);
}

Result<std::uint64_t> size_of(int descriptor) {
  struct stat file{};
  if (::fstat(descriptor, &file) != 0) return errno_error("cannot stat");
  if (!S_ISREG(file.st_mode)) return Error{ErrorCode::not_found, "this is no file"};
  return static_cast<std::uint64_t>(file.st_size);
}

Result<> write_at(int descriptor, std::span<const std::byte> bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const auto written =
        ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno_error("cannot write");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
  return {};
}

Result<bool> write_direct_at(int descriptor, std::span<const std::byte> bytes,
                             std::uint64_t offset) {
  while (!bytes.empty()) {
    const auto written =
        ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    // Also when an earlier call was cut short within a block.
    if (written < 0 && (errno == EINVAL || errno == EOPNOTSUPP)) return false;
    if (written < 0) return errno_error("cannot write");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
  return true;
}

Result<std::string> read_from_begin(int descriptor, std::uint64_t size_bytes) {
  std::string bytes(static_cast<std::size_t>(size_bytes), '\0');
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const auto count = ::pread(descriptor, bytes.data() + filled, bytes.size() - filled,
                               static_cast<off_t>(filled));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno_error("cannot read");
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
  }
  bytes.resize(filled);
  return bytes;
}

Result<> sync_data(int descriptor) {
  if (::fdatasync(descriptor) != 0) return errno_error("cannot sync");
  return {};
}

Result<> sync_folder(const std::filesystem::path& folder) {
  // Not by open_file: an operator may have put a link to another disk in the root's place.
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.get() < 0 || ::fsync(opened.get()) != 0)
    return errno_error("cannot sync " + folder.string());
  return {};
}

}  // namespace weike::storage
