#include "api/review/decision_log.hpp"

#include "api/http/digest.hpp"
#include "model/json.hpp"
#include "storage/records/keys.hpp"
#include "storage/records/record.hpp"

#include <array>
#include <optional>

namespace weike::review {
namespace keys = storage::keys;
namespace {

constexpr std::size_t kEntriesPerStep = 500;

constexpr std::array<std::string_view, 6> kVerdicts{"submitted", "approved", "returned",
                                                    "published", "recalled", "edited"};

Verdict verdict_of(const std::string& name) {
  for (std::size_t i = 0; i < kVerdicts.size(); ++i) {
    if (kVerdicts[i] == name) return static_cast<Verdict>(i);
  }
  throw nlohmann::json::type_error::create(302, "unknown verdict", nullptr);
}

// Everything but the hash. nlohmann sorts names and writes no white space: one text for one entry.
nlohmann::json hashed_part(const Decision& decision) {
  return {{"version", 1},
          {"number", decision.number},
          {"at", to_epoch_ms(decision.at)},
          {"by", decision.what.by},
          {"lesson", decision.what.lesson},
          {"lesson_version", decision.what.version},
          {"verdict", name_of(decision.what.verdict)},
          {"reason", decision.what.reason},
          {"manifest_sha256", decision.what.manifest_sha256},
          {"previous_hash", decision.previous_hash}};
}

std::string hash_of(const Decision& decision) {
  return http::to_hex(http::sha256(hashed_part(decision).dump()));
}

Result<std::optional<Decision>> last_decision(storage::Transaction& transaction) {
  auto entries = transaction.scan(keys::decisions(), 1, storage::ScanDirection::descending);
  if (!entries) return entries.error();
  if (entries->empty()) return std::optional<Decision>{};
  return storage::load<Decision>(transaction, entries->front().key);
}

Result<Decision> load_named(storage::Transaction& transaction, std::string_view index_key) {
  const auto number = keys::from_big_endian(index_key.substr(index_key.size() - 8));
  auto decision = storage::load<Decision>(transaction, keys::decision(number));
  if (!decision) return decision.error();
  if (!*decision)
    return Error{ErrorCode::corrupt, "decision " + std::to_string(number) + " is missing"};
  return std::move(**decision);
}

}  // namespace

std::string_view name_of(Verdict verdict) { return kVerdicts[static_cast<std::size_t>(verdict)]; }

void to_json(nlohmann::json& json, const Decision& decision) {
  json = hashed_part(decision);
  json["hash"] = decision.hash;
}

void from_json(const nlohmann::json& json, Decision& decision) {
  decision.number = json.at("number").get<std::uint64_t>();
  decision.at = from_epoch_ms(json.at("at").get<std::int64_t>());
  decision.what.by = json.at("by").get<AccountId>();
  decision.what.lesson = json.at("lesson").get<LessonId>();
  decision.what.version = json.at("lesson_version").get<std::uint32_t>();
  decision.what.verdict = verdict_of(json.at("verdict").get<std::string>());
  decision.what.reason = json.at("reason").get<std::string>();
  decision.what.manifest_sha256 = json.at("manifest_sha256").get<std::string>();
  decision.previous_hash = json.at("previous_hash").get<std::string>();
  decision.hash = json.at("hash").get<std::string>();
}

Result<Decision> append_decision(storage::Transaction& transaction, const NewDecision& decision,
                                 Timestamp now) {
  auto last = last_decision(transaction);
  if (!last) return last.error();
  Decision entry{1, now, decision, "", ""};
  if (*last) {
    entry.number = (*last)->number + 1;
    entry.previous_hash = (*last)->hash;
  }
  entry.hash = hash_of(entry);
  if (auto saved = storage::save(transaction, keys::decision(entry.number), entry); !saved)
    return saved.error();
  auto indexed = transaction.put(keys::decision_of(decision.lesson, entry.number), "");
  if (!indexed) return indexed.error();
  return entry;
}

Result<std::vector<Decision>> decisions_of(storage::Transaction& transaction, LessonId lesson,
                                           std::size_t limit) {
  auto entries = transaction.scan(keys::decisions_of(lesson), limit);
  if (!entries) return entries.error();
  std::vector<Decision> result;
  for (const auto& entry : *entries) {
    auto decision = load_named(transaction, entry.key);
    if (!decision) return decision.error();
    result.push_back(std::move(*decision));
  }
  return result;
}

Result<std::uint64_t> verify_decisions(storage::KvStore& store) {
  std::uint64_t checked = 0;
  std::string hash;
  for (bool is_done = false; !is_done;) {
    auto read = store.read([&](storage::Transaction& transaction) -> Result<> {
      auto range = keys::decisions();
      range.begin = keys::decision(checked + 1);
      auto entries = transaction.scan(range, kEntriesPerStep);
      if (!entries) return entries.error();
      is_done = entries->size() < kEntriesPerStep;
      for (const auto& entry : *entries) {
        auto decision = storage::load<Decision>(transaction, entry.key);
        if (!decision) return decision.error();
        const bool fits = *decision && (*decision)->number == checked + 1 &&
                          (*decision)->previous_hash == hash &&
                          (*decision)->hash == hash_of(**decision);
        if (!fits) {
          return Error{ErrorCode::corrupt,
                       "decision log: entry " + std::to_string(checked + 1) + " does not fit"};
        }
        hash = (*decision)->hash;
        ++checked;
      }
      return {};
    });
    if (!read) return read.error();
  }
  return checked;
}

}  // namespace weike::review
