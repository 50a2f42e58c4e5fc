#include "storage/kv/commit_log.hpp"

#include <algorithm>

namespace weike::storage {

bool CommitLog::conflicts(const Footprint& reads, std::uint64_t begin) const {
  if (begin < forgotten_) return true;
  // Transactions are short, so only the newest few commits are later than `begin`.
  for (auto commit = commits_.rbegin(); commit != commits_.rend(); ++commit) {
    if (commit->number <= begin) return false;
    const auto& keys = commit->keys;
    if (std::any_of(keys.begin(), keys.end(),
                    [&reads](const std::string& key) { return reads.touches(key); }))
      return true;
  }
  return false;
}

void CommitLog::add(std::uint64_t number, const Changes& changes) {
  Commit commit{number, {}};
  commit.keys.reserve(changes.size());
  for (const auto& [key, value] : changes) commit.keys.push_back(key);
  key_count_ += commit.keys.size();
  commits_.push_back(std::move(commit));

  while (key_count_ > max_keys_) {
    key_count_ -= commits_.front().keys.size();
    forgotten_ = commits_.front().number;
    commits_.pop_front();
  }
}

}  // namespace weike::storage
