// What can be asked of the queue without changing it. The keys are described in job_queue.cpp.
#include "storage/queue/job_queue.hpp"
#include "storage/queue/job_record.hpp"
#include "storage/records/keys.hpp"

#include <algorithm>
#include <map>

namespace weike::storage {
namespace {

// Counting stops here: nobody needs to know exactly how many thousands are before them.
constexpr std::size_t kMaxCounted = 10'000;

Result<std::size_t> count(Transaction& transaction, const KeyRange& range) {
  const auto entries = transaction.scan(range, kMaxCounted);
  if (!entries) return entries.error();
  return entries->size();
}

JobState state_of(JobPhase phase) {
  if (phase == JobPhase::leased) return JobState::leased;
  return phase == JobPhase::failed ? JobState::failed : JobState::waiting;
}

// Units take turns by their ids, beginning behind the one that was served last.
bool is_served_before(UnitId unit, UnitId other, UnitId last_served) {
  return std::pair(unit <= last_served, unit) < std::pair(other <= last_served, other);
}

// How many ready jobs of its own class run before `record`, which may be ready or delayed.
Result<std::size_t> place_in_class(Transaction& transaction, const JobRecord& record) {
  const auto turn = transaction.get(job_keys::turn(record.job_class));
  if (!turn) return turn.error();
  const auto last_served = *turn ? UnitId::from_bytes(**turn).value_or(UnitId{}) : UnitId{};
  const auto entries = transaction.scan(job_keys::ready_in(record.job_class), kMaxCounted);
  if (!entries) return entries.error();

  std::map<UnitId, std::size_t> waiting;  // For the job's own unit: those that are older.
  const auto own_key = job_keys::ready(record);
  for (const auto& entry : *entries) {
    const auto unit = job_keys::unit_of(entry.key);
    if (unit != record.unit || entry.key < own_key) ++waiting[unit];
  }
  const auto rounds = waiting[record.unit];  // Its unit is served so often before it.
  std::size_t place = 0;
  for (const auto& [unit, jobs] : waiting) {
    const bool is_before = is_served_before(unit, record.unit, last_served);
    place += std::min(jobs, unit != record.unit && is_before ? rounds + 1 : rounds);
  }
  return place;
}

Result<std::optional<std::size_t>> place_of(Transaction& transaction, JobId id) {
  const auto record = load_job(transaction, id);
  if (!record) return record.error();
  if (!*record || state_of((*record)->phase) != JobState::waiting)
    return std::optional<std::size_t>{};
  const auto within = place_in_class(transaction, **record);
  if (!within) return within.error();
  auto place = *within;
  for (const auto before : {JobClass::urgent, JobClass::normal}) {
    if (before >= (*record)->job_class) break;
    const auto jobs = count(transaction, job_keys::ready_in(before));
    if (!jobs) return jobs.error();
    place += *jobs;
  }
  return std::optional<std::size_t>{place};
}

}  // namespace

Result<std::optional<JobView>> JobQueue::find(JobId id) {
  std::optional<JobView> view;
  const auto found = store_.read([&](Transaction& transaction) -> Result<> {
    auto record = load_job(transaction, id);
    if (!record) return record.error();
    if (!*record) return {};
    view = JobView{id, state_of((*record)->phase), (*record)->attempts,
                   std::move((*record)->last_error)};
    return {};
  });
  if (!found) return found.error();
  return view;
}

Result<std::optional<std::size_t>> JobQueue::place(JobId id) {
  std::optional<std::size_t> place;
  const auto asked = store_.read([&](Transaction& transaction) -> Result<> {
    const auto found = place_of(transaction, id);
    if (!found) return found.error();
    place = *found;
    return {};
  });
  if (!asked) return asked.error();
  return place;
}

Result<std::size_t> JobQueue::depth() {
  std::size_t depth = 0;
  const auto counted = store_.read([&depth](Transaction& transaction) -> Result<> {
    for (const auto& range :
         {job_keys::all_ready(), job_keys::all_delayed(), job_keys::all_leased()}) {
      const auto jobs = count(transaction, range);
      if (!jobs) return jobs.error();
      depth += *jobs;
    }
    return {};
  });
  if (!counted) return counted.error();
  return depth;
}

Result<std::size_t> JobQueue::waiting(JobClass job_class) {
  std::size_t jobs = 0;
  const auto counted = store_.read([&](Transaction& transaction) -> Result<> {
    const auto ready = count(transaction, job_keys::ready_in(job_class));
    if (ready) jobs = *ready;
    return ready ? Result<>{} : Result<>(ready.error());
  });
  if (!counted) return counted.error();
  return jobs;
}

}  // namespace weike::storage
