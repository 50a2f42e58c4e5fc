#include "api/accounts/session_gate.hpp"

#include "api/accounts/credentials.hpp"
#include "api/http/problem.hpp"

namespace weike::accounts {
namespace {

using http::Method;
using http::Request;

bool is_safe(Method method) {
  return method == Method::get || method == Method::head || method == Method::options;
}

std::string_view field(const Request& request, std::string_view name) {
  return request.headers.get(name).value_or("");
}

// "https://example.org:8443" names the host that the request went to.
bool is_own_origin(std::string_view origin, std::string_view host) {
  const auto scheme_end = origin.find("://");
  if (scheme_end == std::string_view::npos || host.empty()) return false;
  return http::equal_ignoring_case(origin.substr(scheme_end + 3), host);
}

// Browsers say where a request comes from; programs that say nothing are left to the token.
bool comes_from_own_page(const Request& request) {
  const auto site = field(request, "Sec-Fetch-Site");
  if (!site.empty()) return site == "same-origin" || site == "none";
  const auto origin = field(request, "Origin");
  return origin.empty() || is_own_origin(origin, field(request, "Host"));
}

Error forged() { return {ErrorCode::forbidden, "CSRF check failed", "csrf_missing"}; }

}  // namespace

std::optional<http::Response> SessionGate::admit(const http::Route& route, Request& request) {
  request.viewer = {};
  request.session_key.clear();
  const auto credential =
      find_credential(field(request, "Authorization"), field(request, "Cookie"));
  if (credential.kind != CredentialKind::none) {
    auto view = sessions_.viewer_of(credential.token);
    if (!view) return problem(view.error(), request);
    if (*view) {
      const bool needs_proof =
          credential.kind == CredentialKind::cookie && !is_safe(request.method);
      const bool is_proven =
          !needs_proof || (comes_from_own_page(request) &&
                           sessions_.is_csrf_token((*view)->key, field(request, "X-CSRF-Token")));
      if (is_proven) {
        request.viewer = std::move((*view)->viewer);
        request.session_key = std::move((*view)->key);
      } else if (route.gate == http::Gate::signed_in) {
        return problem(forged(), request);
      }
    }
  }
  if (route.gate == http::Gate::signed_in && !request.viewer.is_signed_in()) {
    return problem({ErrorCode::unauthorized, "no valid session"}, request);
  }
  return std::nullopt;
}

}  // namespace weike::accounts
