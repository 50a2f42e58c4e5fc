#pragma once

#include "api/learning/heartbeat.hpp"
#include "api/learning/heartbeat_observer.hpp"
#include "api/learning/heartbeat_ticket.hpp"
#include "api/learning/ledger.hpp"
#include "model/role.hpp"
#include "model/time.hpp"
#include "storage/kv/kv_store.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

namespace weike::learning {

struct HeartbeatOptions {
  // `synced`: answered when they are on disk. `relaxed`: answered when they are handed to the
  // system, which is synced at most `sync_interval` later. Relaxed ones outlive a crash of the
  // server, but a loss of power takes those of the last 50 ms (and of the sync under way) with it,
  // although their senders were told "stored".
  storage::Durability durability = storage::Durability::synced;
  Milliseconds sync_interval{50};
  // A client's clock may be ahead by this much; beyond, `at` counts as now.
  Milliseconds clock_tolerance = std::chrono::minutes{5};
  // Requests that may wait to be written, and the items and stretches of all of them together. At
  // most some 35 MB; beyond, callers are turned away.
  std::size_t max_waiting = 2'048;
  std::size_t max_waiting_stretches = 200'000;
  // Requests in one commit, and their items and stretches; a larger request goes alone. Each item
  // may read and write a record of 80 KB.
  std::size_t max_batch = 128;
  std::size_t max_batch_stretches = 2'000;
};

// Writes all members' heartbeats: one thread takes whatever waits into one transaction with one
// sync, in the order of arrival, so a request costs a share of a sync and no thread waits for the
// disk. Threads may share it.
class HeartbeatWriter {
 public:
  // Store and clock outlive it.
  HeartbeatWriter(storage::KvStore& store, const Clock& clock, HeartbeatOptions options = {});
  // Stops.
  ~HeartbeatWriter();
  // Writes and syncs everything that was submitted, and takes no more. By one thread; may be called
  // again.
  void stop();

  // Queues one member's request; never blocks for long. `unavailable` when too many wait, and after
  // a stop.
  Result<std::shared_ptr<HeartbeatTicket>> submit(const Viewer& viewer,
                                                  std::vector<Heartbeat> items);
  // Requests that wait now.
  std::size_t waiting() const;
  // Set before threads share the object; must outlive it.
  void observe(HeartbeatObserver& observer) { observer_ = &observer; }

 private:
  using Instant = std::chrono::steady_clock::time_point;
  struct Request {
    Viewer viewer;
    std::vector<Heartbeat> items;
    std::shared_ptr<HeartbeatTicket> ticket;
    std::size_t stretches = 0;
    HeartbeatResults results;
  };
  using Batch = std::vector<Request>;

  void run();
  // Empty when it is time to sync, or to stop.
  Batch take_batch();
  void write(Batch& batch);
  struct Commit {
    Result<> done;
    bool is_refused = false;  // By the ledger, for one of the requests.
  };
  // Commits all of `requests`, or nothing of it.
  Commit commit(std::span<Request> requests);
  void sync_if_due();
  void sync();

  storage::KvStore& store_;
  const Clock& clock_;
  const HeartbeatOptions options_;
  HeartbeatObserver nobody_;
  HeartbeatObserver* observer_ = &nobody_;
  Ledger ledger_;                   // Only the thread's.
  std::optional<Instant> sync_at_;  // Only the thread's: set while relaxed commits wait for it.
  std::size_t last_batch_ = 0;      // Only the thread's: the requests in it.
  mutable std::mutex mutex_;        // Guards what follows.
  std::condition_variable changed_;
  std::deque<Request> queue_;
  std::size_t stretches_ = 0;  // Of all in the queue.
  bool is_idle_ = false;       // The thread waits.
  bool must_stop_ = false;
  std::thread thread_;
};

}  // namespace weike::learning
