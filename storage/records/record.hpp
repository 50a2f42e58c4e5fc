#pragma once

#include "storage/kv/kv_store.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string_view>

// Typed records in a transaction: JSON by the to_json/from_json beside the record's type.
namespace weike::storage {

// Nothing if the key is absent; `corrupt` if the value is no such record.
template <class Record>
Result<std::optional<Record>> load(Transaction& transaction, std::string_view key) {
  auto value = transaction.get(key);
  if (!value) return value.error();
  if (!*value) return std::optional<Record>{};
  try {
    return std::optional<Record>{nlohmann::json::parse(**value).template get<Record>()};
  } catch (const nlohmann::json::exception& error) {
    return Error{ErrorCode::corrupt, std::string("record: ") + error.what()};
  }
}

// `invalid_argument` if a text in the record is not UTF-8.
template <class Record>
Result<> save(Transaction& transaction, std::string_view key, const Record& record) {
  try {
    return transaction.put(key, nlohmann::json(record).dump());
  } catch (const nlohmann::json::exception& error) {
    return Error{ErrorCode::invalid_argument, std::string("record: ") + error.what()};
  }
}

}  // namespace weike::storage
