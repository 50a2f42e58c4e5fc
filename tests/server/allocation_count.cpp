#include "tests/server/allocation_count.hpp"

#include <atomic>
#include <cerrno>
#include <cstdlib>

namespace weike::server {
namespace {

thread_local bool is_watched = false;
std::atomic<bool> is_counting{false};
std::atomic<std::uint64_t> count{0};

[[maybe_unused]] void note() {
  if (is_watched && is_counting.load(std::memory_order_relaxed)) ++count;
}

}  // namespace

void watch_this_thread() { is_watched = true; }

void start_counting() {
  count = 0;
  is_counting = true;
}

std::uint64_t stop_counting() {
  is_counting = false;
  return count;
}

bool can_count() {
#ifdef WEIKE_SANITIZED
  return false;
#else
  return true;
#endif
}

}  // namespace weike::server

#ifndef WEIKE_SANITIZED
// glibc's own entries, for whoever puts something in front of the heap (its manual, "Replacing
// malloc"). Operator new ends in malloc.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

void* malloc(std::size_t size) noexcept {
  weike::server::note();
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) noexcept {
  weike::server::note();
  return __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) noexcept {
  weike::server::note();
  return __libc_realloc(memory, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  weike::server::note();
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t size) noexcept {
  weike::server::note();
  *memory = __libc_memalign(alignment, size);
  return *memory == nullptr ? ENOMEM : 0;
}
}
#endif
