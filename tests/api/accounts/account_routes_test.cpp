#include "tests/api/accounts/accounts_fixture.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace weike::accounts {
namespace {

using http::Method;
using http::Request;
using http::Response;
using ::testing::HasSubstr;
using ::testing::Not;

class AccountRoutesTest : public AccountsTest {
 protected:
  AccountRoutesTest() {
    add_routes(router, accounts, sessions);
    http::Route change;
    change.method = Method::post;
    change.pattern = "/change";
    change.handler = [](Request& request) {
      Response response;
      response.status = request.viewer.is_signed_in() ? 200 : 500;
      return response;
    };
    router.add(change);
    change.pattern = "/open";
    change.gate = http::Gate::open;
    router.add(change);
  }

  Response send(Request request) {
    const auto match = router.find(request.method, request.path);
    if (match.route == nullptr) return Response{.status = 404, .headers = {}, .body = {}};
    if (auto refused = gate.admit(*match.route, request)) return std::move(*refused);
    return match.route->handler(request);
  }

  static Request request(Method method, std::string path, std::string body = {}) {
    Request request;
    request.method = method;
    request.path = std::move(path);
    request.body = std::move(body);
    if (!request.body.empty()) request.headers.add("Content-Type", "application/json");
    request.headers.add("Host", "weike.example:8080");
    return request;
  }

  Response post_session(std::string password, bool is_secure = false) {
    auto sent = request(Method::post, "/api/v1/sessions",
                        nlohmann::json{{"account", "member"}, {"password", password}}.dump());
    sent.is_secure = is_secure;
    return send(std::move(sent));
  }

  static nlohmann::json json_of(const Response& response) {
    return nlohmann::json::parse(std::get<std::string>(response.body));
  }

  http::Router router;
  SessionGate gate{sessions};
};

TEST_F(AccountRoutesTest, SignsInShowsMeAndSignsOut) {
  create("member", {{Role::publisher, kRootUnit}});

  const auto signed_in = post_session(std::string(kPassword));
  ASSERT_EQ(signed_in.status, 201);
  const auto session = json_of(signed_in);
  EXPECT_EQ(session["account"]["account"], "member");
  EXPECT_EQ(session["account"]["roles"][0]["role"], "publisher");

  auto me = request(Method::get, "/api/v1/me");
  me.headers.add("Authorization", "Bearer " + session["token"].get<std::string>());
  const auto shown = send(me);
  ASSERT_EQ(shown.status, 200);
  EXPECT_EQ(json_of(shown)["csrf_token"], session["csrf_token"]);
  EXPECT_EQ(std::get<std::string>(shown.body).find("argon2"), std::string::npos);

  auto leave = request(Method::del, "/api/v1/sessions/current");
  leave.headers.add("Authorization", "Bearer " + session["token"].get<std::string>());
  const auto left = send(leave);
  EXPECT_EQ(left.status, 204);
  EXPECT_THAT(std::string(*left.headers.get("Set-Cookie")), HasSubstr("Max-Age=0"));
  EXPECT_EQ(send(me).status, 401);
}

TEST_F(AccountRoutesTest, CookiesAreSecureOverTlsOnly) {
  create("member");
  const std::string plain(*post_session(std::string(kPassword)).headers.get("Set-Cookie"));
  const std::string tls(*post_session(std::string(kPassword), true).headers.get("Set-Cookie"));
  EXPECT_THAT(plain, HasSubstr("weike_session="));
  EXPECT_THAT(plain, HasSubstr("; Path=/; HttpOnly; SameSite=Lax"));
  EXPECT_THAT(plain, Not(HasSubstr("Secure")));
  EXPECT_TRUE(tls.starts_with("__Host-weike_session="));
  EXPECT_THAT(tls, HasSubstr("; Secure"));
}

TEST_F(AccountRoutesTest, SaysWhenToTryAgain) {
  create("member");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(post_session("wrong password").status, 401);

  const auto refused = post_session(std::string(kPassword));

  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.headers.get("Retry-After"), "300");
  EXPECT_EQ(json_of(refused)["code"], "too_many_attempts");
}

TEST_F(AccountRoutesTest, RefusesMalformedLogIns) {
  for (const auto* body : {"x", "[]", "{}", R"({"account":"a"})", R"({"account":1,"password":"x"})",
                           R"({"account":"a","password":"b","role":"administrator"})"}) {
    EXPECT_EQ(send(request(Method::post, "/api/v1/sessions", body)).status, 400) << body;
  }
}

struct CsrfRow {
  std::string name;
  std::vector<std::pair<std::string, std::string>> headers;
  bool with_token;
  int status;
};

TEST_F(AccountRoutesTest, CookiesAloneChangeNothing) {
  create("member");
  const auto session = log_in("member");
  const auto token = sessions.csrf_token(session.key);
  const std::vector<CsrfRow> rows = {
      {"no token", {}, false, 403},
      {"a program with token", {}, true, 200},
      {"own page", {{"Sec-Fetch-Site", "same-origin"}}, true, 200},
      {"own page without token", {{"Sec-Fetch-Site", "same-origin"}}, false, 403},
      {"other site with token", {{"Sec-Fetch-Site", "cross-site"}}, true, 403},
      {"sibling site with token", {{"Sec-Fetch-Site", "same-site"}}, true, 403},
      {"own origin", {{"Origin", "http://weike.example:8080"}}, true, 200},
      {"other origin", {{"Origin", "http://evil.example"}}, true, 403},
      {"other port", {{"Origin", "http://weike.example"}}, true, 403},
      {"opaque origin", {{"Origin", "null"}}, true, 403},
  };
  for (const auto& row : rows) {
    auto sent = request(Method::post, "/change");
    sent.headers.add("Cookie", "weike_session=" + session.token);
    for (const auto& [name, value] : row.headers) sent.headers.add(name, value);
    if (row.with_token) sent.headers.add("X-CSRF-Token", token);
    const auto response = send(sent);
    EXPECT_EQ(response.status, row.status) << row.name;
    if (row.status == 403) {
      EXPECT_EQ(json_of(response)["code"], "csrf_missing") << row.name;
    }
  }
}

TEST_F(AccountRoutesTest, CsrfTokensBelongToOneSession) {
  create("member");
  const auto mine = log_in("member");
  const auto other = log_in("member");
  auto sent = request(Method::post, "/change");
  sent.headers.add("Cookie", "weike_session=" + mine.token);
  sent.headers.add("X-CSRF-Token", sessions.csrf_token(other.key));
  EXPECT_EQ(send(sent).status, 403);
}

TEST_F(AccountRoutesTest, CookieReadsNeedNoToken) {
  create("member");
  auto me = request(Method::get, "/api/v1/me");
  me.headers.add("Cookie", "a=b; weike_session=" + log_in("member").token);
  EXPECT_EQ(send(me).status, 200);
}

TEST_F(AccountRoutesTest, OpenRoutesTakeAnUnprovenCookieForNone) {
  create("member");
  auto sent = request(Method::post, "/open");
  sent.headers.add("Cookie", "weike_session=" + log_in("member").token);
  EXPECT_EQ(send(sent).status, 500);  // The handler saw a visitor.
}

TEST_F(AccountRoutesTest, ClosedRoutesWantAValidSession) {
  for (const auto* authorization : {"", "Bearer", "Bearer x", "Basic YTpi", "bearer  "}) {
    auto me = request(Method::get, "/api/v1/me");
    me.headers.add("Authorization", authorization);
    const auto response = send(me);
    EXPECT_EQ(response.status, 401) << authorization;
    EXPECT_TRUE(response.headers.get("WWW-Authenticate"));
  }
}

}  // namespace
}  // namespace weike::accounts
