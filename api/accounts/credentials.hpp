#pragma once

#include <string>
#include <string_view>

// How a request says who sends it.
namespace weike::accounts {

enum class CredentialKind { none, bearer, cookie };

struct Credential {
  CredentialKind kind = CredentialKind::none;
  std::string_view token;  // A view into the fields it was found in.
};

// Authorization: Bearer goes before the cookie. Absent fields are empty views.
Credential find_credential(std::string_view authorization, std::string_view cookie);

// The Set-Cookie field that stores `token`, or with an empty one, forgets it. Over TLS the name has
// the __Host- prefix and the cookie is Secure; without TLS browsers would drop such a cookie.
std::string session_cookie(std::string_view token, bool is_secure, long max_age_seconds);

}  // namespace weike::accounts
