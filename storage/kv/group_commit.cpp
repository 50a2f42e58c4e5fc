#include "storage/kv/group_commit.hpp"

namespace weike::storage {
namespace {

// Bounds how long one sync keeps its followers waiting.
constexpr std::size_t kMaxGroup = 128;

}  // namespace

std::uint64_t GroupCommit::latest() {
  const std::lock_guard lock(mutex_);
  return latest_;
}

Result<GroupCommit::Outcome> GroupCommit::commit(const Footprint& reads, const Changes& changes,
                                                 std::uint64_t begin, Durability durability) {
  Pending mine{reads, changes, begin, durability};
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] {
    return exclusive_ == std::thread::id{} || exclusive_ == std::this_thread::get_id();
  });
  queue_.push_back(&mine);
  for (;;) {
    changed_.wait(lock, [&] { return mine.is_done || !has_leader_; });
    if (mine.is_done) return std::move(mine.outcome);

    has_leader_ = true;
    const auto group = take_group();
    lock.unlock();
    const auto last = write_group(group);
    lock.lock();
    latest_ = last;
    has_leader_ = false;
    for (auto* pending : group) pending->is_done = true;
    changed_.notify_all();
  }
}

std::vector<GroupCommit::Pending*> GroupCommit::take_group() {
  std::vector<Pending*> group;
  while (!queue_.empty() && group.size() < kMaxGroup) {
    group.push_back(queue_.front());
    queue_.pop_front();
  }
  return group;
}

std::uint64_t GroupCommit::write_group(const std::vector<Pending*>& group) {
  std::vector<Pending*> valid;
  std::vector<const Changes*> batch;
  auto durability = Durability::relaxed;
  for (auto* pending : group) {
    if (log_.conflicts(pending->reads, pending->begin)) {
      pending->outcome = Outcome::conflicted;
      continue;
    }
    // Later ones of the group are validated against this one. Should the write fail, the entry
    // stays and costs at most a needless retry.
    log_.add(++number_, pending->changes);
    valid.push_back(pending);
    batch.push_back(&pending->changes);
    if (pending->durability == Durability::synced) durability = Durability::synced;
  }
  if (batch.empty()) return number_;
  if (const auto written = engine_.write(batch, durability); !written) {
    for (auto* pending : valid) pending->outcome = written.error();
  }
  return number_;
}

GroupCommit::Exclusive::Exclusive(GroupCommit& group) : group_(group) {
  std::unique_lock lock(group_.mutex_);
  is_nested_ = group_.exclusive_ == std::this_thread::get_id();
  if (is_nested_) return;
  group_.changed_.wait(lock, [this] { return group_.exclusive_ == std::thread::id{}; });
  group_.exclusive_ = std::this_thread::get_id();
  group_.changed_.wait(lock, [this] { return !group_.has_leader_ && group_.queue_.empty(); });
}

GroupCommit::Exclusive::~Exclusive() {
  if (is_nested_) return;
  const std::lock_guard lock(group_.mutex_);
  group_.exclusive_ = {};
  group_.changed_.notify_all();
}

}  // namespace weike::storage
