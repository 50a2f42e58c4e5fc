#include "api/accounts/credentials.hpp"

#include "api/http/field_list.hpp"
#include "api/http/message.hpp"

namespace weike::accounts {
namespace {

constexpr std::string_view kCookieName = "weike_session";
constexpr std::string_view kSecureCookieName = "__Host-weike_session";

std::string_view cookie_value(std::string_view cookies, std::string_view name) {
  while (!cookies.empty()) {
    const auto semicolon = cookies.find(';');
    const auto pair = http::trimmed(cookies.substr(0, semicolon));
    cookies.remove_prefix(semicolon == std::string_view::npos ? cookies.size() : semicolon + 1);
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') {
      return pair.substr(name.size() + 1);
    }
  }
  return {};
}

}  // namespace

Credential find_credential(std::string_view authorization, std::string_view cookie) {
  constexpr std::string_view kScheme = "Bearer ";
  if (authorization.size() > kScheme.size() &&
      http::equal_ignoring_case(authorization.substr(0, kScheme.size()), kScheme)) {
    return {CredentialKind::bearer, http::trimmed(authorization.substr(kScheme.size()))};
  }
  // The prefixed name first: only this very host can have set it (RFC 6265bis §4.1.3.2).
  for (const auto name : {kSecureCookieName, kCookieName}) {
    const auto token = cookie_value(cookie, name);
    if (!token.empty()) return {CredentialKind::cookie, token};
  }
  return {};
}

std::string session_cookie(std::string_view token, bool is_secure, long max_age_seconds) {
  std::string field(is_secure ? kSecureCookieName : kCookieName);
  field.append("=").append(token).append("; Path=/; HttpOnly; SameSite=Lax; Max-Age=");
  field.append(std::to_string(token.empty() ? 0 : max_age_seconds));
  if (is_secure) field.append("; Secure");
  return field;
}

}  // namespace weike::accounts
