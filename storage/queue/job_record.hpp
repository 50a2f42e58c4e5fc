#pragma once

#include "model/id.hpp"
#include "model/time.hpp"
#include "storage/kv/kv_store.hpp"
#include "storage/queue/job_queue.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// How the queue keeps a job; private to storage/queue. The table of keys is in job_queue.cpp.
namespace weike::storage {

enum class JobPhase {
  ready,    // May be leased at once.
  delayed,  // Waits until `until` after a failed try.
  leased,   // Somebody works on it, until `until`.
  failed,   // Out of tries; stays to be asked for.
};

struct JobRecord {
  JobId id;
  JobClass job_class = JobClass::normal;
  UnitId unit;
  std::uint64_t number = 0;  // Its age: smaller is older.
  JobPhase phase = JobPhase::ready;
  Timestamp until{};           // For delayed and leased.
  std::uint64_t token = 0;     // Of the latest lease.
  std::uint32_t attempts = 0;  // Tries that failed.
  std::string last_error;
};

namespace job_keys {

std::string ready(const JobRecord& record);
KeyRange all_ready();
KeyRange ready_in(JobClass job_class);
// The part of `ready_in` that belongs to units behind `unit`.
KeyRange ready_behind(JobClass job_class, UnitId unit);
// The unit and the job that a key of `ready_in` names.
UnitId unit_of(std::string_view ready_key);

KeyRange all_delayed();
KeyRange delayed_until(Timestamp time);
KeyRange all_leased();
KeyRange leased_until(Timestamp time);

std::string turn(JobClass job_class);

}  // namespace job_keys

Result<std::optional<JobRecord>> load_job(Transaction& transaction, JobId id);
Result<std::string> load_payload(Transaction& transaction, JobId id);

// Puts a job that was not there before.
Result<> insert_job(Transaction& transaction, const JobRecord& record, std::string_view payload);
// Replaces `before` by `after`, and moves it in the indexes.
Result<> replace_job(Transaction& transaction, const JobRecord& before, const JobRecord& after);
Result<> erase_job(Transaction& transaction, const JobRecord& record);

// Grows with each call that is committed, over all jobs and over restarts.
Result<std::uint64_t> next_job_number(Transaction& transaction);

}  // namespace weike::storage
