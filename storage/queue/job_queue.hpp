#pragma once

#include "model/id.hpp"
#include "model/time.hpp"
#include "storage/kv/kv_store.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>

namespace weike::storage {

// Smaller classes go first.
enum class JobClass : std::uint8_t { urgent = 0, normal = 1, background = 2 };

struct JobRequest {
  JobId id = JobId::make_random();
  JobClass job_class = JobClass::normal;
  UnitId unit = {};          // For fair share between units.
  std::string payload = {};  // What to do; the queue does not look into it.
};

// The right to work on a job until `expires_at`. `token` grows with every lease of the job: whoever
// holds an older one is refused (a fencing token).
struct Lease {
  JobId job;
  std::uint64_t token = 0;
  std::string payload;
  std::uint32_t attempt = 1;  // 1 for the first try.
  Timestamp expires_at{};
  UnitId unit = {};  // The request's.
};

enum class JobState { waiting, leased, failed };

struct JobView {
  JobId id;
  JobState state = JobState::waiting;
  std::uint32_t attempts = 0;
  std::string last_error;
};

struct JobQueueOptions {
  Milliseconds lease = std::chrono::seconds{30};
  // Wait before try n+1 is `retry_delay` * 2^(n-1).
  Milliseconds retry_delay = std::chrono::seconds{1};
  std::uint32_t max_attempts = 3;
};

// Jobs in the KvStore, leased to workers. Threads may share it.
class JobQueue {
 public:
  JobQueue(KvStore& store, const Clock& clock, JobQueueOptions options = {});

  // Inside the caller's transaction: the job exists if and only if that commits. An id that is
  // queued already is left as it is.
  Result<> enqueue(Transaction& transaction, const JobRequest& request);
  // Inside the caller's transaction. Absent jobs are no error; a holder's next `renew` is refused.
  Result<> cancel(Transaction& transaction, JobId id);

  // The next job that may run, smallest class first, then units in turn, then age. Leases that
  // expired are taken over. Nothing if no job may run now, or none of a class up to `last` and of a
  // unit that is not `busy`.
  Result<std::optional<Lease>> lease(JobClass last = JobClass::background,
                                     const std::set<UnitId>& busy = {});
  // `conflict` when the lease was lost; then the worker drops its work.
  Result<> renew(Lease& lease);
  // Inside the caller's transaction, so that the job's result and its end are one. `conflict` when
  // the lease was lost.
  Result<> complete(Transaction& transaction, const Lease& lease);
  // Counts the try; the job waits for its back-off, or becomes `failed` after the last try.
  // Returns true if it was the last. `conflict` when the lease was lost.
  Result<bool> fail(Transaction& transaction, const Lease& lease, std::string_view error);
  // Checks inside a transaction that `lease` still holds; `conflict` otherwise.
  Result<> confirm(Transaction& transaction, const Lease& lease);

  // Puts every leased job back at once, keeping its tries: the former instance is gone.
  Result<std::size_t> release_all();

  Result<std::optional<JobView>> find(JobId id);
  // How many jobs will run before `id`; nothing if it is not waiting.
  Result<std::optional<std::size_t>> place(JobId id);
  // Jobs that wait or run.
  Result<std::size_t> depth();
  // Those of one class that could run at once.
  Result<std::size_t> waiting(JobClass job_class);

 private:
  KvStore& store_;
  const Clock& clock_;
  JobQueueOptions options_;
};

}  // namespace weike::storage
