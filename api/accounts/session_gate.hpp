#pragma once

#include "api/accounts/session_service.hpp"
#include "api/http/router.hpp"

namespace weike::accounts {

// Finds out who sends a request and whether the route is open to them. A cookie alone never changes
// anything: such requests must come from our own pages (Sec-Fetch-Site, else Origin) and carry the
// session's CSRF token. On open routes a cookie that fails this is as good as none. Threads may
// share it.
class SessionGate final : public http::Gatekeeper {
 public:
  explicit SessionGate(SessionService& sessions) : sessions_(sessions) {}

  std::optional<http::Response> admit(const http::Route& route, http::Request& request) override;

 private:
  SessionService& sessions_;
};

}  // namespace weike::accounts
