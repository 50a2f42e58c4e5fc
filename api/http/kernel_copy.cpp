#include "api/http/kernel_copy.hpp"

#include <sys/mman.h>
#include <unistd.h>

namespace weike::http {
namespace {

constexpr int kMostCopies = 256;
std::atomic<int> copies = 0;

// Null when the system refuses.
std::shared_ptr<const storage::OpenFile> copy_of(const SharedBytes& bytes) {
  const int descriptor = ::memfd_create("weike-page", MFD_CLOEXEC);
  if (descriptor < 0) return nullptr;
  auto file = std::make_shared<const storage::OpenFile>(descriptor, bytes->size(), bytes);
  const ssize_t written = ::write(descriptor, bytes->data(), bytes->size());
  return written == static_cast<ssize_t>(bytes->size()) ? file : nullptr;
}

}  // namespace

KernelCopy::~KernelCopy() {
  if (is_counted_) copies.fetch_sub(1, std::memory_order_relaxed);
}

Body KernelCopy::answer_with(const SharedBytes& bytes) {
  if (bytes->size() < kLeastBytes) return bytes;
  if (is_made_.load(std::memory_order_acquire)) return FileBody{file_, 0, bytes->size(), nullptr};
  if (answers_.fetch_add(1, std::memory_order_relaxed) == kAnswersBefore) make(bytes);
  return bytes;
}

void KernelCopy::make(const SharedBytes& bytes) {
  if (copies.fetch_add(1, std::memory_order_relaxed) >= kMostCopies) {
    copies.fetch_sub(1, std::memory_order_relaxed);
    return;
  }
  is_counted_ = true;
  file_ = copy_of(bytes);
  if (file_) is_made_.store(true, std::memory_order_release);
}

}  // namespace weike::http
