#pragma once

#include "model/error.hpp"

#include <string>
#include <string_view>

namespace weike::accounts {

// 3 to 64 characters: ASCII letters and digits, '.', '_', '-' and Chinese characters. Otherwise
// `invalid_argument`, reason bad_account_name.
Result<> check_account_name(std::string_view name);

// The form under which a name is looked up: ASCII letters in lower case.
std::string lookup_name(std::string_view name);

// At least 8 characters, at most 1024 bytes, and none that is guessed first (OWASP ASVS 5.0, 6.2).
// Otherwise `invalid_argument`, reason password_too_short, _too_long or _too_common.
Result<> check_password(std::string_view password, std::string_view account_name);

}  // namespace weike::accounts
