#include "storage/queue/job_record.hpp"

#include "model/json.hpp"
#include "storage/records/keys.hpp"
#include "storage/records/record.hpp"

#include <initializer_list>

namespace weike::storage {

NLOHMANN_JSON_SERIALIZE_ENUM(JobPhase, {{JobPhase::ready, "ready"},
                                        {JobPhase::delayed, "delayed"},
                                        {JobPhase::leased, "leased"},
                                        {JobPhase::failed, "failed"}})

void to_json(nlohmann::json& json, const JobRecord& record) {
  json = {{"version", 1},
          {"class", static_cast<unsigned>(record.job_class)},
          {"unit", record.unit},
          {"number", record.number},
          {"phase", record.phase},
          {"until_ms", to_epoch_ms(record.until)},
          {"token", record.token},
          {"attempts", record.attempts},
          {"last_error", record.last_error}};
}

void from_json(const nlohmann::json& json, JobRecord& record) {
  record.job_class = static_cast<JobClass>(json.at("class").get<std::uint8_t>());
  json.at("unit").get_to(record.unit);
  json.at("number").get_to(record.number);
  json.at("phase").get_to(record.phase);
  record.until = from_epoch_ms(json.at("until_ms").get<std::int64_t>());
  json.at("token").get_to(record.token);
  json.at("attempts").get_to(record.attempts);
  json.at("last_error").get_to(record.last_error);
}

namespace {

std::string key_of(std::string_view word, std::initializer_list<std::string_view> parts) {
  std::string key(word);
  for (const auto part : parts) key.append(part);
  return key;
}

std::string class_byte(JobClass job_class) { return {static_cast<char>(job_class)}; }

std::string time_part(Timestamp time) {
  return keys::big_endian(static_cast<std::uint64_t>(to_epoch_ms(time)));
}

std::string record_key(JobId id) { return key_of("job/", {id.raw()}); }
std::string payload_key(JobId id) { return key_of("job-payload/", {id.raw()}); }

constexpr std::string_view kReady = "job-ready/";

// Where the job stands in the index of its phase; failed ones are in none.
std::optional<std::string> index_key(const JobRecord& record) {
  switch (record.phase) {
    case JobPhase::ready:
      return job_keys::ready(record);
    case JobPhase::delayed:
      return key_of("job-delayed/", {time_part(record.until), record.id.raw()});
    case JobPhase::leased:
      return key_of("job-leased/", {time_part(record.until), record.id.raw()});
    case JobPhase::failed:
      return std::nullopt;
  }
  return std::nullopt;
}

// From the begin of the word's keys to the last that was due at `time`.
KeyRange due_range(std::string_view word, Timestamp time) {
  return {std::string(word), key_of(word, {time_part(time + Milliseconds{1})})};
}

Result<> put_job(Transaction& transaction, const JobRecord& record) {
  if (const auto index = index_key(record)) {
    if (const auto put = transaction.put(*index, {}); !put) return put;
  }
  return save(transaction, record_key(record.id), record);
}

Result<> erase_index(Transaction& transaction, const JobRecord& record) {
  const auto index = index_key(record);
  if (!index) return {};
  return transaction.erase(*index);
}

}  // namespace

namespace job_keys {

std::string ready(const JobRecord& record) {
  return key_of(kReady, {class_byte(record.job_class), record.unit.raw(),
                         keys::big_endian(record.number), record.id.raw()});
}

KeyRange all_ready() { return KeyRange::of_prefix(std::string(kReady)); }

KeyRange ready_in(JobClass job_class) {
  return KeyRange::of_prefix(key_of(kReady, {class_byte(job_class)}));
}

KeyRange ready_behind(JobClass job_class, UnitId unit) {
  const auto of_unit = KeyRange::of_prefix(key_of(kReady, {class_byte(job_class), unit.raw()}));
  return {of_unit.end, ready_in(job_class).end};
}

UnitId unit_of(std::string_view ready_key) {
  const auto at = kReady.size() + 1;
  if (ready_key.size() < at + 16) return {};
  return UnitId::from_bytes(ready_key.substr(at, 16)).value_or(UnitId{});
}

KeyRange all_delayed() { return KeyRange::of_prefix("job-delayed/"); }
KeyRange delayed_until(Timestamp time) { return due_range("job-delayed/", time); }
KeyRange all_leased() { return KeyRange::of_prefix("job-leased/"); }
KeyRange leased_until(Timestamp time) { return due_range("job-leased/", time); }

std::string turn(JobClass job_class) { return key_of("job-turn/", {class_byte(job_class)}); }

}  // namespace job_keys

Result<std::optional<JobRecord>> load_job(Transaction& transaction, JobId id) {
  auto record = load<JobRecord>(transaction, record_key(id));
  if (record && *record) (*record)->id = id;
  return record;
}

Result<std::string> load_payload(Transaction& transaction, JobId id) {
  auto payload = transaction.get(payload_key(id));
  if (!payload) return payload.error();
  if (!*payload) return Error{ErrorCode::corrupt, "job " + id.text() + " has no payload"};
  return std::move(**payload);
}

Result<> insert_job(Transaction& transaction, const JobRecord& record, std::string_view payload) {
  if (const auto put = transaction.put(payload_key(record.id), payload); !put) return put;
  return put_job(transaction, record);
}

Result<> replace_job(Transaction& transaction, const JobRecord& before, const JobRecord& after) {
  if (const auto erased = erase_index(transaction, before); !erased) return erased;
  return put_job(transaction, after);
}

Result<> erase_job(Transaction& transaction, const JobRecord& record) {
  if (const auto erased = erase_index(transaction, record); !erased) return erased;
  if (const auto erased = transaction.erase(payload_key(record.id)); !erased) return erased;
  return transaction.erase(record_key(record.id));
}

Result<std::uint64_t> next_job_number(Transaction& transaction) {
  constexpr std::string_view kCounter = "job-number/";
  const auto stored = transaction.get(kCounter);
  if (!stored) return stored.error();
  const auto number = 1 + (*stored ? keys::from_big_endian(**stored) : 0);
  if (const auto put = transaction.put(kCounter, keys::big_endian(number)); !put)
    return put.error();
  return number;
}

}  // namespace weike::storage
