#include "api/learning/heartbeat_writer.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace weike::learning {
namespace {

constexpr int kYields = 3;

std::size_t stretches_of(const std::vector<Heartbeat>& items) {
  std::size_t count = items.size();
  for (const auto& item : items) count += item.ranges.size();
  return count;
}

}  // namespace

HeartbeatWriter::HeartbeatWriter(storage::KvStore& store, const Clock& clock,
                                 HeartbeatOptions options)
    : store_(store), clock_(clock), options_(options), ledger_(options.clock_tolerance) {
  thread_ = std::thread([this] { run(); });
}

HeartbeatWriter::~HeartbeatWriter() { stop(); }

void HeartbeatWriter::stop() {
  {
    const std::lock_guard lock(mutex_);
    must_stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Result<std::shared_ptr<HeartbeatTicket>> HeartbeatWriter::submit(const Viewer& viewer,
                                                                 std::vector<Heartbeat> items) {
  const auto stretches = stretches_of(items);
  auto ticket = std::make_shared<HeartbeatTicket>();
  bool must_wake = false;
  bool is_full = false;
  {
    const std::lock_guard lock(mutex_);
    // One request is always taken, whatever its size.
    is_full = must_stop_ || queue_.size() >= options_.max_waiting ||
              (!queue_.empty() && stretches_ + stretches > options_.max_waiting_stretches);
    if (!is_full) {
      queue_.push_back({viewer, std::move(items), ticket, stretches, {}});
      stretches_ += stretches;
      must_wake = std::exchange(is_idle_, false);
    }
  }
  if (must_wake) changed_.notify_one();
  if (!is_full) return ticket;
  observer_->on_refused();
  return Error{ErrorCode::unavailable, "too many heartbeats wait to be written"};
}

std::size_t HeartbeatWriter::waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void HeartbeatWriter::run() {
  for (;;) {
    auto batch = take_batch();
    if (batch.empty() && !sync_at_) return;
    if (batch.empty()) {
      sync();
      continue;
    }
    write(batch);
    sync_if_due();
  }
}

HeartbeatWriter::Batch HeartbeatWriter::take_batch() {
  Batch batch;
  std::unique_lock lock(mutex_);
  const auto has_cause = [this] { return must_stop_ || !queue_.empty(); };
  while (!has_cause()) {
    is_idle_ = true;
    if (!sync_at_) {
      changed_.wait(lock);
    } else if (changed_.wait_until(lock, *sync_at_) == std::cv_status::timeout) {
      break;
    }
  }
  is_idle_ = false;
  // Those who were just answered are about to come again: a moment for them saves a sync.
  for (int i = 0; i < kYields && queue_.size() < last_batch_ && !must_stop_; ++i) {
    lock.unlock();
    std::this_thread::yield();
    lock.lock();
  }
  batch.reserve(std::min(queue_.size(), options_.max_batch));
  std::size_t taken = 0;
  while (!queue_.empty() && batch.size() < options_.max_batch) {
    Request& next = queue_.front();
    if (!batch.empty() && taken + next.stretches > options_.max_batch_stretches) break;
    taken += next.stretches;
    batch.push_back(std::move(next));
    queue_.pop_front();
  }
  stretches_ -= taken;
  last_batch_ = batch.size();
  return batch;
}

void HeartbeatWriter::write(Batch& batch) {
  const auto begin = std::chrono::steady_clock::now();
  const auto all = commit(batch);
  if (!all.is_refused || batch.size() == 1) {
    if (all.done) observer_->on_batch(batch.size(), std::chrono::steady_clock::now() - begin);
    for (auto& request : batch) {
      if (all.done) {
        request.ticket->settle(std::move(request.results));
      } else {
        request.ticket->settle(all.done.error());
      }
    }
    return;
  }
  // One of them met a damaged record: each for itself, so that the others do not suffer for it.
  for (auto& request : batch) {
    Batch alone;
    alone.push_back(std::move(request));
    write(alone);
  }
}

HeartbeatWriter::Commit HeartbeatWriter::commit(std::span<Request> requests) {
  Commit commit;
  const auto body = [&](storage::Transaction& transaction) -> Result<> {
    commit.is_refused = false;
    ledger_.start();
    const auto now = clock_.now();
    for (auto& request : requests) {
      auto results = ledger_.add(transaction, request.viewer, request.items, now);
      if (!results) {
        commit.is_refused = true;
        return results.error();
      }
      request.results = std::move(*results);
    }
    return {};
  };
  const bool is_relaxed = options_.durability == storage::Durability::relaxed;
  try {
    commit.done = is_relaxed ? store_.transact_relaxed(body) : store_.transact(body);
  } catch (const std::exception& failure) {
    commit.done = Error{ErrorCode::internal, failure.what()};
  }
  if (!commit.done) observer_->on_failure(commit.done.error());
  if (commit.done && is_relaxed && !sync_at_)
    sync_at_ = std::chrono::steady_clock::now() + options_.sync_interval;
  return commit;
}

void HeartbeatWriter::sync_if_due() {
  if (sync_at_ && std::chrono::steady_clock::now() >= *sync_at_) sync();
}

void HeartbeatWriter::sync() {
  sync_at_.reset();
  const auto synced = store_.sync();
  if (synced) return;
  observer_->on_failure(synced.error());
  // Again a moment later, unless this is the end.
  const std::lock_guard lock(mutex_);
  if (!must_stop_) sync_at_ = std::chrono::steady_clock::now() + options_.sync_interval;
}

}  // namespace weike::learning
