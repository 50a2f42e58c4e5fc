#pragma once

#include "api/accounts/account_service.hpp"
#include "api/accounts/session_service.hpp"
#include "api/http/router.hpp"

namespace weike::accounts {

// POST sessions, DELETE sessions/current, GET me.
void add_routes(http::Router& router, AccountService& accounts, SessionService& sessions);

}  // namespace weike::accounts
