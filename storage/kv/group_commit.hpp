#pragma once

#include "storage/kv/commit_log.hpp"
#include "storage/kv/engine.hpp"
#include "storage/kv/footprint.hpp"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace weike::storage {

// Brings finished transactions into one order, validates them, and writes them. Those that arrive
// while a write is being synced form the next group and share its sync. Threads may share it.
class GroupCommit {
 public:
  explicit GroupCommit(Engine& engine) : engine_(engine) {}

  // The number of the latest commit: a snapshot that is taken after this call contains it.
  std::uint64_t latest();

  enum class Outcome { committed, conflicted };

  // `conflicted` if a commit later than `begin` changed something of `reads`: then nothing was
  // written. Fails as the engine's write does. A group is synced if one of its members wants it.
  Result<Outcome> commit(const Footprint& reads, const Changes& changes, std::uint64_t begin,
                         Durability durability = Durability::synced);

  // While it lives, only its own thread commits: a transaction that is run within cannot conflict.
  class Exclusive {
   public:
    explicit Exclusive(GroupCommit& group);
    ~Exclusive();
    Exclusive(const Exclusive&) = delete;
    Exclusive& operator=(const Exclusive&) = delete;

   private:
    GroupCommit& group_;
    bool is_nested_ = false;  // The thread had it already; the outer one gives it back.
  };

 private:
  struct Pending {
    const Footprint& reads;
    const Changes& changes;
    std::uint64_t begin;
    Durability durability;
    Result<Outcome> outcome = Outcome::committed;
    bool is_done = false;
  };

  std::vector<Pending*> take_group();
  // Validates and writes `group` and sets the outcomes; returns the number of its last commit.
  std::uint64_t write_group(const std::vector<Pending*>& group);

  Engine& engine_;
  CommitLog log_;             // Only the leader's.
  std::uint64_t number_ = 0;  // Only the leader's: the last number it gave.
  std::mutex mutex_;          // Guards what follows.
  std::condition_variable changed_;
  std::uint64_t latest_ = 0;
  bool has_leader_ = false;
  std::thread::id exclusive_;  // No thread's id when nobody has it.
  std::deque<Pending*> queue_;
};

}  // namespace weike::storage
