#include "api/uploads/upload_locks.hpp"

#include <utility>

namespace weike::uploads {
namespace {

// For one upload: its client needs no more, and others find a place too.
constexpr std::size_t kMaxWaitingForOne = 2;

}  // namespace

UploadHold::UploadHold(UploadHold&& other) noexcept
    : locks_(std::exchange(other.locks_, nullptr)), id_(other.id_) {}

UploadHold& UploadHold::operator=(UploadHold&& other) noexcept {
  if (this == &other) return *this;
  release();
  locks_ = std::exchange(other.locks_, nullptr);
  id_ = other.id_;
  return *this;
}

void UploadHold::on_wanted(std::function<void()> interrupt) {
  if (locks_ == nullptr) return;
  const std::scoped_lock lock(locks_->mutex_);
  auto& entry = locks_->entries_.at(id_);
  entry.interrupt = std::move(interrupt);
  if (entry.is_wanted && entry.interrupt) entry.interrupt();
}

bool UploadHold::is_wanted() const {
  if (locks_ == nullptr) return false;
  const std::scoped_lock lock(locks_->mutex_);
  return locks_->entries_.at(id_).is_wanted;
}

void UploadHold::release() {
  if (locks_ == nullptr) return;
  {
    const std::scoped_lock lock(locks_->mutex_);
    const auto entry = locks_->entries_.find(id_);
    const auto waiting = entry->second.waiting;
    entry->second = UploadLocks::Entry{};
    entry->second.waiting = waiting;
    if (waiting == 0) locks_->entries_.erase(entry);
  }
  locks_->released_.notify_all();
  locks_ = nullptr;
}

void UploadLocks::ask(Entry& entry) {
  if (std::exchange(entry.is_wanted, true)) return;
  if (entry.interrupt) entry.interrupt();
}

bool UploadLocks::may_wait(const Entry& entry) const {
  return waiting_ < max_waiting_ && entry.waiting < kMaxWaitingForOne;
}

Result<UploadHold> UploadLocks::acquire(UploadId id, std::chrono::milliseconds patience) {
  Error locked{ErrorCode::locked, "another request holds the upload"};
  const auto deadline = std::chrono::steady_clock::now() + patience;
  std::unique_lock lock(mutex_);
  auto& entry = entries_[id];  // Stays in the map while it is held or waited for.
  if (entry.is_held && !may_wait(entry)) {
    ask(entry);
    return locked;
  }
  ++entry.waiting;
  ++waiting_;
  while (entry.is_held) {
    ask(entry);
    if (released_.wait_until(lock, deadline) == std::cv_status::timeout) break;
  }
  --waiting_;
  --entry.waiting;
  if (entry.is_held) return locked;
  entry.is_held = true;
  return UploadHold(*this, id);
}

}  // namespace weike::uploads
