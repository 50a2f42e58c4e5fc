#include "storage/kv/range_tidier.hpp"

#include <rocksdb/options.h>

#include <algorithm>
#include <chrono>

namespace weike::storage {
namespace {

constexpr std::size_t kMaxWishes = 64;
// It rests this many times as long as it worked: tidying takes at most a sixth of one core, also
// where it does not help because an old snapshot still needs what was erased.
constexpr int kRest = 5;

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

RangeTidier::RangeTidier(rocksdb::DB& database) : database_(database) {
  thread_ = std::thread([this] { run(); });
}

RangeTidier::~RangeTidier() {
  must_stop_ = true;
  {
    const std::lock_guard lock(mutex_);  // Not between its look at `must_stop_` and its wait.
  }
  changed_.notify_all();
  thread_.join();
}

void RangeTidier::ask(std::string_view begin, std::string_view end) {
  {
    const std::lock_guard lock(mutex_);
    if (wishes_.size() >= kMaxWishes) return;
    auto& known = wishes_[std::string(begin)];
    known = std::max(known, std::string(end));
  }
  changed_.notify_all();
}

void RangeTidier::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return must_stop_ || !wishes_.empty(); });
    if (must_stop_) return;
    const auto wish = wishes_.extract(wishes_.begin());
    lock.unlock();
    const auto begin = std::chrono::steady_clock::now();
    tidy(wish.key(), wish.mapped());
    const auto rest = kRest * (std::chrono::steady_clock::now() - begin);
    lock.lock();
    changed_.wait_for(lock, rest, [this] { return must_stop_.load(); });
  }
}

void RangeTidier::tidy(const std::string& begin, const std::string& end) {
  rocksdb::CompactRangeOptions options;
  options.exclusive_manual_compaction = false;  // Others may go on meanwhile.
  options.canceled = &must_stop_;
  // Tombstones that only moved down to the last level without a rewrite would stay there.
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  const auto first = slice(begin);
  const auto last = slice(end);
  // Should it fail, the next scan asks again; what is wrong with the disk is told by the writes.
  database_.CompactRange(options, &first, &last).PermitUncheckedError();
}

}  // namespace weike::storage
