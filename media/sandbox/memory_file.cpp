#include "media/sandbox/memory_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace weike::media {
namespace {

Error system_error(const char* what) {
  return {ErrorCode::unavailable, std::string(what) + ": " + std::strerror(errno)};
}

}  // namespace

Result<MemoryFile> MemoryFile::create(const char* name) {
  const int descriptor = ::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (descriptor < 0) return system_error("memfd_create");
  return MemoryFile(descriptor);
}

MemoryFile::~MemoryFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<> MemoryFile::append(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return system_error("write to memory");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    size_bytes_ += static_cast<std::uint64_t>(written);
  }
  return {};
}

Result<> MemoryFile::seal() {
  constexpr int kAll = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
  if (::fcntl(descriptor_, F_ADD_SEALS, kAll) != 0) return system_error("fcntl(F_ADD_SEALS)");
  return {};
}

}  // namespace weike::media
