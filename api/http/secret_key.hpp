#pragma once

#include "storage/kv/kv_store.hpp"

#include <string>
#include <string_view>

namespace weike::http {

// The installation's own key `setting/{name}`: 32 random bytes, made and stored at the first call.
// `corrupt` if what is stored is no key: a weak one is never used.
Result<std::string> load_or_make_key(storage::KvStore& store, std::string_view name);

}  // namespace weike::http
