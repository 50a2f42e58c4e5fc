#include "api/uploads/quota.hpp"

#include "storage/records/keys.hpp"

#include <algorithm>

namespace weike::uploads {

namespace keys = storage::keys;

Result<std::uint64_t> used_bytes(storage::Transaction& transaction, UnitId unit) {
  auto stored = transaction.get(keys::unit_bytes(unit));
  if (!stored) return stored.error();
  return *stored ? keys::from_big_endian(**stored) : std::uint64_t{0};
}

Result<> reserve_bytes(storage::Transaction& transaction, UnitId unit, std::uint64_t bytes,
                       std::uint64_t limit_bytes) {
  auto used = used_bytes(transaction, unit);
  if (!used) return used.error();
  if (*used > limit_bytes || bytes > limit_bytes - *used) {
    return Error{ErrorCode::too_large, "quota of the unit is used up", "quota_exceeded"};
  }
  return transaction.put(keys::unit_bytes(unit), keys::big_endian(*used + bytes));
}

Result<> release_bytes(storage::Transaction& transaction, UnitId unit, std::uint64_t bytes) {
  auto used = used_bytes(transaction, unit);
  if (!used) return used.error();
  return transaction.put(keys::unit_bytes(unit), keys::big_endian(*used - std::min(*used, bytes)));
}

}  // namespace weike::uploads
