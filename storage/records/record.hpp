#pragma once

#include "storage/kv/kv_store.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string_view>
#include <utility>

// Typed records in a transaction: JSON by the to_json/from_json beside the record's type.
namespace weike::storage {

// `corrupt` if the bytes are no such record.
template <class Record>
Result<Record> decode(std::string_view bytes) {
  try {
    // In place: a record may be JSON itself, which would convert to an error too.
    return Result<Record>(boost::system::in_place_value,
                          nlohmann::json::parse(bytes).template get<Record>());
  } catch (const nlohmann::json::exception& error) {
    return Error{ErrorCode::corrupt, std::string("record: ") + error.what()};
  }
}

// Nothing if the key is absent; `corrupt` if the value is no such record.
template <class Record>
Result<std::optional<Record>> load(Transaction& transaction, std::string_view key) {
  auto value = transaction.get(key);
  if (!value) return value.error();
  if (!*value) return std::optional<Record>{};
  auto record = decode<Record>(**value);
  if (!record) return record.error();
  return std::optional<Record>{std::move(*record)};
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
