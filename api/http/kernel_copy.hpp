#pragma once

#include "api/http/message.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace weike::http {

// Bytes that are asked for again and again get a copy in the kernel: sendfile sends its pages as
// they are, where a send copies each byte. There are at most 256 at a time, for each takes a
// descriptor. Threads may share it.
class KernelCopy {
 public:
  // Below, a copy costs less than the second system call.
  static constexpr std::size_t kLeastBytes = std::size_t{12} * 1024;
  // So many answers show that a copy is worth its making.
  static constexpr std::uint32_t kAnswersBefore = 8;

  KernelCopy() = default;
  ~KernelCopy();
  KernelCopy(const KernelCopy&) = delete;
  KernelCopy& operator=(const KernelCopy&) = delete;

  // The body of one more answer that carries all of `bytes`, which are always the same: from the
  // copy, or themselves. Never blocks.
  Body answer_with(const SharedBytes& bytes);

 private:
  void make(const SharedBytes& bytes);

  std::atomic<std::uint32_t> answers_ = 0;
  std::atomic<bool> is_made_ = false;
  bool is_counted_ = false;
  std::shared_ptr<const storage::OpenFile> file_;  // Written once, before `is_made_`.
};

}  // namespace weike::http
