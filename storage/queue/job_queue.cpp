// The keys of the queue. Numbers and times are big-endian in 8 bytes, ids 16 raw bytes.
//
// clang-format off
// | key                                          | value                                            |
// |----------------------------------------------|--------------------------------------------------|
// | job/{job}                                    | JobRecord, JSON                                  |
// | job-payload/{job}                            | the payload as it came                           |
// | job-ready/{class, 1 byte}{unit}{number}{job} | empty; may be leased                             |
// | job-delayed/{time}{job}                      | empty; may be leased from that time on           |
// | job-leased/{time}{job}                       | empty; its lease ends at that time               |
// | job-turn/{class, 1 byte}                     | the unit whose job was leased last, 16 bytes     |
// | job-number/                                  | counter, 8 bytes: ages of jobs, tokens of leases |
// clang-format on
//
// A job stands in exactly one of the three indexes, or in none when it is out of tries. Tokens come
// from one counter for all jobs, so they grow even if a job is completed and queued again.
#include "storage/queue/job_queue.hpp"

#include "storage/queue/job_record.hpp"
#include "storage/records/keys.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace weike::storage {
namespace {

constexpr std::array kClasses{JobClass::urgent, JobClass::normal, JobClass::background};
// How many overdue jobs one transaction puts back, so that it stays short.
constexpr std::size_t kBatch = 64;
constexpr std::size_t kMaxErrorBytes = 1000;

// Puts the jobs that the index keys in `range` name back to `ready`; returns how many.
Result<std::size_t> put_back(Transaction& transaction, const KeyRange& range) {
  const auto entries = transaction.scan(range, kBatch);
  if (!entries) return entries.error();
  for (const auto& entry : *entries) {
    const auto id = keys::trailing_id<JobId>(entry.key);
    const auto record = id ? load_job(transaction, *id) : std::optional<JobRecord>{};
    if (!record) return record.error();
    if (!*record) return Error{ErrorCode::corrupt, "an index names a job that does not exist"};
    auto ready = **record;
    ready.phase = JobPhase::ready;
    if (const auto replaced = replace_job(transaction, **record, ready); !replaced)
      return replaced.error();
  }
  return entries->size();
}

Result<UnitId> last_served(Transaction& transaction, JobClass job_class) {
  const auto unit = transaction.get(job_keys::turn(job_class));
  if (!unit) return unit.error();
  return *unit ? UnitId::from_bytes(**unit).value_or(UnitId{}) : UnitId{};
}

// The first job in `range` whose unit is none of `busy`.
Result<std::optional<JobId>> first_in(Transaction& transaction, KeyRange range, JobClass job_class,
                                      const std::set<UnitId>& busy) {
  while (true) {
    const auto found = transaction.scan(range, 1);
    if (!found) return found.error();
    if (found->empty()) return std::optional<JobId>{};
    const auto& key = found->front().key;
    const auto unit = job_keys::unit_of(key);
    if (!busy.contains(unit)) return keys::trailing_id<JobId>(key);
    range = job_keys::ready_behind(job_class, unit);
  }
}

// The oldest ready job of the unit that is next in turn, units being in the order of their ids.
Result<std::optional<JobRecord>> next_in(Transaction& transaction, JobClass job_class,
                                         const std::set<UnitId>& busy) {
  const auto last = last_served(transaction, job_class);
  if (!last) return last.error();
  auto found = first_in(transaction, job_keys::ready_behind(job_class, *last), job_class, busy);
  if (found && !*found)
    found = first_in(transaction, job_keys::ready_in(job_class), job_class, busy);
  if (!found) return found.error();
  return *found ? load_job(transaction, **found) : std::optional<JobRecord>{};
}

Result<std::optional<JobRecord>> next_ready(Transaction& transaction, JobClass last,
                                            const std::set<UnitId>& busy) {
  for (const auto job_class : kClasses) {
    if (job_class > last) break;
    auto record = next_in(transaction, job_class, busy);
    if (!record || *record) return record;
  }
  return std::optional<JobRecord>{};
}

// Cut to what a person reads, and safe to be stored as JSON whatever the bytes are.
std::string printable(std::string_view error) {
  const nlohmann::json text(std::string(error.substr(0, kMaxErrorBytes)));
  constexpr auto kReplace = nlohmann::json::error_handler_t::replace;
  return nlohmann::json::parse(text.dump(-1, ' ', false, kReplace)).get<std::string>();
}

// The record of a lease that still holds; `conflict` if it was lost.
Result<JobRecord> held_record(Transaction& transaction, const Lease& lease) {
  auto record = load_job(transaction, lease.job);
  if (!record) return record.error();
  if (!*record || (*record)->phase != JobPhase::leased || (*record)->token != lease.token)
    return Error{ErrorCode::conflict, "the lease of job " + lease.job.text() + " was lost"};
  return std::move(**record);
}

}  // namespace

JobQueue::JobQueue(KvStore& store, const Clock& clock, JobQueueOptions options)
    : store_(store), clock_(clock), options_(options) {}

Result<> JobQueue::enqueue(Transaction& transaction, const JobRequest& request) {
  const auto existing = load_job(transaction, request.id);
  if (!existing) return existing.error();
  if (*existing && (*existing)->phase != JobPhase::failed) return {};

  const auto number = next_job_number(transaction);
  if (!number) return number.error();
  JobRecord record;
  record.id = request.id;
  record.job_class = request.job_class;
  record.unit = request.unit;
  record.number = *number;
  return insert_job(transaction, record, request.payload);
}

Result<> JobQueue::cancel(Transaction& transaction, JobId id) {
  const auto record = load_job(transaction, id);
  if (!record) return record.error();
  if (!*record) return {};
  return erase_job(transaction, **record);
}

Result<std::optional<Lease>> JobQueue::lease(JobClass last, const std::set<UnitId>& busy) {
  std::optional<Lease> lease;
  const auto leased = store_.transact([&](Transaction& transaction) -> Result<> {
    lease.reset();
    const auto now = clock_.now();
    for (const auto& due : {job_keys::leased_until(now), job_keys::delayed_until(now)})
      if (const auto back = put_back(transaction, due); !back) return back.error();

    const auto record = next_ready(transaction, last, busy);
    if (!record) return record.error();
    if (!*record) return {};
    const auto token = next_job_number(transaction);
    if (!token) return token.error();
    auto payload = load_payload(transaction, (*record)->id);
    if (!payload) return payload.error();

    auto after = **record;
    after.phase = JobPhase::leased;
    after.token = *token;
    after.until = now + options_.lease;
    lease = Lease{after.id,           after.token, std::move(*payload),
                  after.attempts + 1, after.until, after.unit};
    auto turn = transaction.put(job_keys::turn(after.job_class), after.unit.raw());
    if (!turn) return turn;
    return replace_job(transaction, **record, after);
  });
  if (!leased) return leased.error();
  return lease;
}

Result<> JobQueue::renew(Lease& lease) {
  Timestamp until{};
  const auto renewed = store_.transact([&](Transaction& transaction) -> Result<> {
    const auto record = held_record(transaction, lease);
    if (!record) return record.error();
    auto after = *record;
    after.until = until = clock_.now() + options_.lease;
    return replace_job(transaction, *record, after);
  });
  if (renewed) lease.expires_at = until;
  return renewed;
}

Result<> JobQueue::complete(Transaction& transaction, const Lease& lease) {
  const auto record = held_record(transaction, lease);
  if (!record) return record.error();
  return erase_job(transaction, *record);
}

Result<bool> JobQueue::fail(Transaction& transaction, const Lease& lease, std::string_view error) {
  const auto record = held_record(transaction, lease);
  if (!record) return record.error();
  auto after = *record;
  after.last_error = printable(error);
  after.attempts = record->attempts + 1;
  const bool is_last = after.attempts >= options_.max_attempts;
  // Doubled for each try; the bound keeps the shift meaningful for any number of tries.
  const auto delay = options_.retry_delay * (1 << std::min(record->attempts, 16u));
  after.phase = is_last ? JobPhase::failed : JobPhase::delayed;
  after.until = is_last ? Timestamp{} : clock_.now() + delay;
  if (const auto replaced = replace_job(transaction, *record, after); !replaced)
    return replaced.error();
  return is_last;
}

Result<> JobQueue::confirm(Transaction& transaction, const Lease& lease) {
  const auto record = held_record(transaction, lease);
  if (!record) return record.error();
  return {};
}

Result<std::size_t> JobQueue::release_all() {
  std::size_t released = 0;
  for (std::size_t count = kBatch; count == kBatch; released += count) {
    const auto done = store_.transact([&count](Transaction& transaction) -> Result<> {
      const auto back = put_back(transaction, job_keys::all_leased());
      if (!back) return back.error();
      count = *back;
      return {};
    });
    if (!done) return done.error();
  }
  return released;
}

}  // namespace weike::storage
