#pragma once

#include <array>
#include <cstddef>
#include <new>

namespace weike::server {

// Memory for one operation of Asio at a time, which begins again and again. One thread.
class HandlerMemory {
 public:
  HandlerMemory() = default;
  HandlerMemory(const HandlerMemory&) = delete;
  HandlerMemory& operator=(const HandlerMemory&) = delete;

  void* take(std::size_t bytes) {
    if (is_taken_ || bytes > block_.size()) return ::operator new(bytes);
    is_taken_ = true;
    return block_.data();
  }
  void give_back(void* memory) {
    if (memory != block_.data()) return ::operator delete(memory);
    is_taken_ = false;
  }

 private:
  alignas(std::max_align_t) std::array<std::byte, 256> block_;
  bool is_taken_ = false;
};

// For boost::asio::bind_allocator.
template <class T>
class HandlerAllocator {
 public:
  using value_type = T;
  explicit HandlerAllocator(HandlerMemory& memory) : memory_(&memory) {}
  template <class Other>
  HandlerAllocator(const HandlerAllocator<Other>& other) : memory_(other.memory_) {}

  T* allocate(std::size_t count) { return static_cast<T*>(memory_->take(count * sizeof(T))); }
  void deallocate(T* memory, std::size_t) { memory_->give_back(memory); }
  template <class Other>
  bool operator==(const HandlerAllocator<Other>& other) const {
    return memory_ == other.memory_;
  }

 private:
  template <class Other>
  friend class HandlerAllocator;
  HandlerMemory* memory_;
};

}  // namespace weike::server
