#include "api/http/secret_key.hpp"

#include "api/http/digest.hpp"
#include "storage/records/keys.hpp"

namespace weike::http {

Result<std::string> load_or_make_key(storage::KvStore& store, std::string_view name) {
  constexpr std::size_t kKeyBytes = 32;
  std::string key;
  auto done = store.transact([&](storage::Transaction& transaction) -> Result<> {
    auto stored = transaction.get(storage::keys::setting(name));
    if (!stored) return stored.error();
    if (*stored) {
      key = std::move(**stored);
      if (key.size() == kKeyBytes) return {};
      return Error{ErrorCode::corrupt, "setting " + std::string(name) + " is no key"};
    }
    key = random_bytes(kKeyBytes);
    return transaction.put(storage::keys::setting(name), key);
  });
  if (!done) return done.error();
  return key;
}

}  // namespace weike::http
