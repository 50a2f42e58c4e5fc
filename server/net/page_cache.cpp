#include "server/net/page_cache.hpp"

#include "server/net/coarse_clock.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace weike::server {
namespace {

// cachestat(2), Linux 6.5; Debian 12's headers do not have it yet.
constexpr long kCacheStat = 451;
struct CacheRange {
  std::uint64_t offset;
  std::uint64_t length;
};
struct CacheCounts {
  std::uint64_t cached;  // In pages.
  std::uint64_t dirty;
  std::uint64_t in_writeback;
  std::uint64_t evicted;
  std::uint64_t recently_evicted;
};

// False only if some page is certainly missing. Pages that are on their way count as there.
bool may_be_all_there(int file, std::uint64_t offset, std::uint64_t length) {
  const CacheRange range{offset, length};
  CacheCounts counts{};
  // Older kernels, and some sandboxes, do not know the call.
  if (::syscall(kCacheStat, file, &range, &counts, 0U) != 0) return true;
  const auto page = page_bytes();
  return counts.cached >= (offset + length - 1) / page - offset / page + 1;
}

// A stretch that was warm. A file is known by its place in memory: one that takes the place of
// another is at worst waited for once.
struct WarmStretch {
  const storage::OpenFile* file = nullptr;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::int64_t second = 0;
};

// Of this thread, each in one place that it shares with others.
WarmStretch& place_of(const storage::OpenFile& file, std::uint64_t offset) {
  thread_local std::array<WarmStretch, 256> known;
  const auto mixed = (reinterpret_cast<std::uintptr_t>(&file) + offset) * 0x9E3779B97F4A7C15U;
  return known[mixed >> 56];
}

// By reading, which works everywhere; the kernel begins each file with single pages.
bool read_through(int file, std::uint64_t offset, std::uint64_t length) {
  std::array<char, std::size_t{64} * 1024> scratch;
  const auto end = offset + length;
  ::posix_fadvise(file, static_cast<off_t>(offset), static_cast<off_t>(2 * length),
                  POSIX_FADV_WILLNEED);
  while (offset < end) {
    const auto part = std::min<std::uint64_t>(scratch.size(), end - offset);
    const auto got =
        ::pread(file, scratch.data(), static_cast<std::size_t>(part), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    offset += static_cast<std::uint64_t>(got);
  }
  return true;
}

// By mapping them for a moment, with huge pages: the one way to ask for large pieces (up to 2 MB,
// where the file system has them). 0 or errno; EFAULT: the disk or the end of the file refused,
// EINVAL: a kernel before 5.14.
int populate(int file, std::uint64_t offset, std::uint64_t length) {
  const auto begin = offset - offset % page_bytes();
  const auto size = static_cast<std::size_t>(offset + length - begin);
  void* const map = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file, static_cast<off_t>(begin));
  if (map == MAP_FAILED) return errno;
  // Kernels without huge pages refuse; then it is reading ahead as usual.
  ::madvise(map, size, MADV_HUGEPAGE);
  int failure = 0;
  do {
    failure = ::madvise(map, size, MADV_POPULATE_READ) == 0 ? 0 : errno;
  } while (failure == EINTR);
  ::munmap(map, size);
  return failure;
}

}  // namespace

std::uint64_t page_bytes() {
  static const auto kBytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return kBytes;
}

std::int64_t coarse_second() {
  const auto now = CoarseClock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

Warmth recent_warmth_of(const storage::OpenFile& file, std::uint64_t offset, std::uint64_t length,
                        std::int64_t second) {
  WarmStretch& place = place_of(file, offset);
  if (place.file == &file && place.offset == offset && place.length >= length &&
      place.second == second) {
    return Warmth::warm;
  }
  const auto warmth = warmth_of(file.descriptor(), offset, length);
  if (warmth == Warmth::warm) place = {&file, offset, length, second};
  return warmth;
}

Warmth warmth_of(int file, std::uint64_t offset, std::uint64_t length) {
  // First the counting, because the reading may begin to fetch. Reading ahead goes forward, so the
  // last byte is the one to be on its way still.
  if (length == 0) return Warmth::warm;
  if (!may_be_all_there(file, offset, length)) return Warmth::cold;
  char byte = 0;
  const iovec piece{&byte, 1};
  const auto got = ::preadv2(file, &piece, 1, static_cast<off_t>(offset + length - 1), RWF_NOWAIT);
  if (got > 0) return Warmth::warm;
  if (got == 0 || errno == EAGAIN) return Warmth::cold;
  return errno == EOPNOTSUPP || errno == ENOSYS ? Warmth::unknown : Warmth::warm;
}

std::size_t read_warm(int file, std::uint64_t offset, std::span<char> into) {
  const iovec piece{into.data(), into.size()};
  const auto got = ::preadv2(file, &piece, 1, static_cast<off_t>(offset), RWF_NOWAIT);
  return got > 0 ? static_cast<std::size_t>(got) : 0;
}

bool fetch(int file, std::uint64_t offset, std::uint64_t length) {
  const int failure = populate(file, offset, length);
  if (failure != 0 && failure != EFAULT) return read_through(file, offset, length);
  // The last page is mapped whole, however short the file is.
  char last = 0;
  return failure == 0 && ::pread(file, &last, 1, static_cast<off_t>(offset + length - 1)) == 1;
}

}  // namespace weike::server
