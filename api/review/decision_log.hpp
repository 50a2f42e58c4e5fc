#pragma once

#include "model/id.hpp"
#include "model/time.hpp"
#include "storage/kv/kv_store.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weike::review {

// A word of the wire protocol and of stored records each: never rename one.
enum class Verdict { submitted, approved, returned, published, recalled, edited };
std::string_view name_of(Verdict verdict);

struct NewDecision {
  LessonId lesson;
  AccountId by;
  std::uint32_t version = 0;  // Of the lesson.
  Verdict verdict = Verdict::submitted;
  std::string reason;
  std::string manifest_sha256;  // Of what was decided about.
};

// One entry of the log of all decisions: who, when, about which version, verdict, reason. Entries
// are only ever added. `hash` covers the entry and `previous_hash`, so that no entry can be changed
// or left out without breaking all later ones.
struct Decision {
  std::uint64_t number = 0;  // From 1, without gaps.
  Timestamp at{};
  NewDecision what;
  std::string previous_hash;  // "" for the first.
  std::string hash;           // SHA-256, lower-case hex.
};

void to_json(nlohmann::json& json, const Decision& decision);
void from_json(const nlohmann::json& json, Decision& decision);

// In the transaction of the change that it records.
Result<Decision> append_decision(storage::Transaction& transaction, const NewDecision& decision,
                                 Timestamp now);

// The decisions about one lesson, oldest first, at most `limit`.
Result<std::vector<Decision>> decisions_of(storage::Transaction& transaction, LessonId lesson,
                                           std::size_t limit);
// Reads the whole log in steps. `corrupt`, naming the first entry that does not fit, if it was
// tampered with; otherwise how many entries it has.
Result<std::uint64_t> verify_decisions(storage::KvStore& store);

}  // namespace weike::review
