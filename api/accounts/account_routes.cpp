#include "api/accounts/account_routes.hpp"

#include "api/accounts/credentials.hpp"
#include "api/http/json_body.hpp"
#include "api/http/problem.hpp"
#include "api/http/reply.hpp"
#include "model/json.hpp"

namespace weike::accounts {
namespace {

using http::Request;
using http::Response;

constexpr http::TextRule kNameRule{1, 128};
constexpr http::TextRule kPasswordRule{1, 1024, true};

nlohmann::json to_wire(const Account& account, const AccountService& accounts) {
  auto roles = nlohmann::json::array();
  for (const auto& grant : account.grants) {
    roles.push_back({{"role", name_of(grant.role)}, {"unit_id", grant.unit}});
  }
  return {{"id", account.id},
          {"account", account.name},
          {"display_name", account.display_name},
          {"roles", std::move(roles)},
          {"unit", {{"id", account.unit()}, {"name", accounts.unit_name(account.unit())}}}};
}

Response refuse(const LogInRefusal& refusal, const Request& request) {
  auto response = problem(refusal.error, request);
  if (refusal.retry_after) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(*refusal.retry_after);
    response.headers.add("Retry-After", std::to_string(seconds.count()));
  }
  return response;
}

Response log_in(const Request& request, AccountService& accounts, SessionService& sessions) {
  http::JsonBody body(request);
  const auto name = body->text("account", kNameRule);
  const auto password = body->text("password", kPasswordRule);
  if (auto done = body.finish(); !done) return problem(done.error(), request);
  const auto session = sessions.log_in(name, password, request.peer);
  if (!session) return refuse(session.error(), request);
  auto response = http::json_response(201, {{"token", session->token},
                                            {"expires_at", to_rfc3339(session->expires_at)},
                                            {"csrf_token", sessions.csrf_token(session->key)},
                                            {"account", to_wire(session->account, accounts)}});
  const auto max_age =
      std::chrono::duration_cast<std::chrono::seconds>(sessions.options().absolute_limit);
  response.headers.add("Set-Cookie",
                       session_cookie(session->token, request.is_secure, max_age.count()));
  return response;
}

Response log_out(const Request& request, SessionService& sessions) {
  if (auto done = sessions.log_out(request.session_key); !done) {
    return problem(done.error(), request);
  }
  auto response = http::no_content();
  response.headers.add("Set-Cookie", session_cookie("", request.is_secure, 0));
  return response;
}

Response show_me(const Request& request, AccountService& accounts, SessionService& sessions) {
  auto account = accounts.find(*request.viewer.account);
  if (!account) return problem(account.error(), request);
  auto body = to_wire(*account, accounts);
  body["csrf_token"] = sessions.csrf_token(request.session_key);
  return http::json_response(200, body);
}

}  // namespace

void add_routes(http::Router& router, AccountService& accounts, SessionService& sessions) {
  router.add({.method = http::Method::post,
              .pattern = "/api/v1/sessions",
              .gate = http::Gate::open,
              .handler = [&accounts, &sessions](
                             Request& request) { return log_in(request, accounts, sessions); },
              .stream = {},
              .hot = {},
              .body_limit_bytes = std::size_t{16} * 1024});
  router.add({.method = http::Method::del,
              .pattern = "/api/v1/sessions/current",
              .handler = [&sessions](Request& request) { return log_out(request, sessions); },
              .stream = {},
              .hot = {}});
  router.add({.method = http::Method::get,
              .pattern = "/api/v1/me",
              .handler = [&accounts, &sessions](
                             Request& request) { return show_me(request, accounts, sessions); },
              .stream = {},
              .hot = {}});
}

}  // namespace weike::accounts
