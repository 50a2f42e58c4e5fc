#include "storage/blob/memory_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace weike::storage {

Result<> MemoryBudget::take(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  if (bytes > free_bytes_) return Error{ErrorCode::out_of_space, "the store in memory is full"};
  free_bytes_ -= bytes;
  return {};
}

void MemoryBudget::give_back(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  free_bytes_ += bytes;
}

std::uint64_t MemoryBudget::free_bytes() const {
  const std::lock_guard lock(mutex_);
  return free_bytes_;
}

Result<std::shared_ptr<MemoryFile>> MemoryFile::create(std::shared_ptr<MemoryBudget> budget) {
  Descriptor file(::memfd_create("weike-blob", MFD_CLOEXEC));
  if (file.get() < 0) return errno_error("cannot make a file in memory");
  return std::shared_ptr<MemoryFile>(new MemoryFile(std::move(file), std::move(budget)));
}

MemoryFile::~MemoryFile() { budget_->give_back(size_bytes()); }

std::uint64_t MemoryFile::size_bytes() const {
  const auto size = size_of(file_.get());
  return size ? *size : 0;
}

Result<> MemoryFile::append(std::span<const std::byte> bytes) {
  if (const auto taken = budget_->take(bytes.size()); !taken) return taken;
  return write_at(file_.get(), bytes, size_bytes());
}

Result<> MemoryFile::truncate(std::uint64_t size_bytes) {
  const auto before = this->size_bytes();
  if (size_bytes > before)
    return Error{ErrorCode::invalid_argument, "truncating cannot make a file longer"};
  if (::ftruncate(file_.get(), static_cast<off_t>(size_bytes)) != 0)
    return errno_error("cannot truncate");
  budget_->give_back(before - size_bytes);
  return {};
}

Result<std::shared_ptr<const OpenFile>> MemoryFile::open() const {
  Descriptor copy(::fcntl(file_.get(), F_DUPFD_CLOEXEC, 0));
  if (copy.get() < 0) return errno_error("cannot open");
  return std::make_shared<const OpenFile>(copy.release(), size_bytes());
}

}  // namespace weike::storage
