#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <new>

namespace weike::server {

// Memory of whole pages for the bytes of one stream: what they never reach costs nothing, and all
// of it goes back to the system with the stream. One thread at a time.
class StreamBuffer {
 public:
  explicit StreamBuffer(std::size_t bytes)
      : memory_(::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)),
        bytes_(bytes) {
    if (memory_ == MAP_FAILED) throw std::bad_alloc();
  }
  ~StreamBuffer() { ::munmap(memory_, bytes_); }
  StreamBuffer(const StreamBuffer&) = delete;
  StreamBuffer& operator=(const StreamBuffer&) = delete;

  char* data() const { return static_cast<char*>(memory_); }
  std::size_t size() const { return bytes_; }

 private:
  void* const memory_;
  const std::size_t bytes_;
};

}  // namespace weike::server
