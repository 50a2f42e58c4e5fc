#include "tests/server/conformance/conformance_fixture.hpp"

namespace weike::server {
namespace {

// Request targets and the Host field (RFC 9112 §3.2, RFC 9110 §7.2).
class Targets : public ConformanceTable {};

TEST_P(Targets, AreReadToTheLetter) {
  start();

  expect_row(GetParam());
}

std::string hosted(const std::string& fields) {
  return "GET /hello HTTP/1.1\r\n" + fields + "\r\n";
}

INSTANTIATE_TEST_SUITE_P(
    Host, Targets,
    testing::Values(Row{"missing", hosted(""), 400, true},
                    Row{"missing_in_http_1_0", "GET /hello HTTP/1.0\r\n\r\n", 200, true},
                    Row{"repeated", hosted("Host: a\r\nHost: a\r\n"), 400, true},
                    Row{"repeated_in_http_1_0", "GET /hello HTTP/1.0\r\nHost: a\r\nhost: b\r\n\r\n",
                        400, true},
                    Row{"empty", hosted("Host:\r\n"), 400, true},
                    Row{"with_port", hosted("Host: a.b:80\r\n"), 200, false},
                    Row{"with_empty_port", hosted("Host: a.b:\r\n"), 200, false},
                    Row{"ipv4", hosted("Host: 127.0.0.1:80\r\n"), 200, false},
                    Row{"ipv6", hosted("Host: [::1]:80\r\n"), 200, false},
                    Row{"ipv6_that_is_none", hosted("Host: [:::1]\r\n"), 400, true},
                    Row{"ipv6_left_open", hosted("Host: [::1\r\n"), 400, true},
                    Row{"ipv6_with_zone", hosted("Host: [fe80::1%25eth0]\r\n"), 400, true},
                    Row{"escaped", hosted("Host: a%20b\r\n"), 200, false},
                    Row{"badly_escaped", hosted("Host: a%2\r\n"), 400, true},
                    Row{"with_space", hosted("Host: a b\r\n"), 400, true},
                    Row{"with_path", hosted("Host: a/b\r\n"), 400, true},
                    Row{"with_user", hosted("Host: u@a\r\n"), 400, true},
                    Row{"list", hosted("Host: a, b\r\n"), 400, true},
                    Row{"only_port", hosted("Host: :80\r\n"), 400, true},
                    Row{"port_of_letters", hosted("Host: a:8x\r\n"), 400, true},
                    Row{"port_with_sign", hosted("Host: a:+80\r\n"), 400, true},
                    Row{"port_beyond_16_bits", hosted("Host: a:65536\r\n"), 400, true},
                    Row{"endless", hosted("Host: " + std::string(300, 'a') + "\r\n"), 400, true}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Forms, Targets,
    testing::Values(
        Row{"origin", get("/hello"), 200, false},
        Row{"absolute", get("http://a/hello"), 200, false},
        Row{"absolute_in_capitals", get("HTTP://A/hello"), 200, false},
        Row{"absolute_without_path", get("http://a"), 404, false},
        Row{"absolute_without_path_with_query", get("http://a?x"), 404, false},
        Row{"absolute_of_a_bad_host", "GET http://a:x/hello HTTP/1.1\r\nHost: a\r\n\r\n", 400,
            true},
        Row{"absolute_without_host", get("http:///hello"), 400, true},
        Row{"absolute_with_user", get("http://u@a/hello"), 400, true},
        Row{"absolute_of_another_scheme", get("ftp://a/hello"), 400, true},
        Row{"absolute_needs_a_host_field", "GET http://a/hello HTTP/1.1\r\n\r\n", 400, true},
        Row{"no_slash", get("hello"), 400, true}, Row{"fragment", get("/hello#x"), 400, true},
        Row{"beyond_ascii", get("/hello\xc3\xa4"), 400, true},
        Row{"authority", get("a:80"), 400, true},
        Row{"connect", "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", 501, true},
        Row{"connect_to_a_path", "CONNECT /hello HTTP/1.1\r\nHost: a\r\n\r\n", 501, true},
        Row{"asterisk_of_get", get("*"), 400, true},
        Row{"asterisk_of_options", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 204, false},
        Row{"asterisk_of_an_overriding_post",
            "POST * HTTP/1.1\r\nHost: a\r\nX-HTTP-Method-Override: OPTIONS\r\n\r\n", 400, true}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(Paths, Targets,
                         testing::Values(Row{"unknown", get("/nothing.txt"), 404, false},
                                         Row{"dots", get("/a/../hello"), 400, true},
                                         Row{"encoded_dots", get("/a/%2e%2e/hello"), 400, true},
                                         Row{"encoded_slash", get("/a%2fb"), 400, true},
                                         Row{"encoded_nul", get("/a%00"), 400, true},
                                         Row{"bad_escape", get("/a%zz"), 400, true},
                                         Row{"half_an_escape", get("/a%2"), 400, true},
                                         Row{"encoded_letter", get("/h%65llo"), 200, false}),
                         [](const auto& row) { return row.param.name; });

TEST_F(Conformance, ValuesOfTheQueryAreDecoded) {
  start();

  EXPECT_EQ(ask(get("/echo?q=%C3%A4")).body, "/echo|127.0.0.1|\u00e4|plain");
}

TEST_F(Conformance, TheHostOfAnAbsoluteTargetWins) {
  start();

  EXPECT_EQ(ask(get("/whose")).body, "a");
  EXPECT_EQ(ask(get("http://b:81/whose")).body, "b:81");
}

TEST_F(Conformance, AnHttpsTargetIsMisdirectedOnAConnectionInTheClear) {
  start();
  expect_row({"from_anybody", get("https://a/hello"), 421, true});
}

TEST_F(Conformance, AnHttpsTargetIsServedToAListedProxy) {
  options.trusted_proxies = {"127.0.0.1"};
  start();
  expect_row({"from_a_proxy", get("https://a/hello"), 200, false});
}

TEST_F(Conformance, AllowNamesTheMethodsOfTheResource) {
  start();

  const RawReply refused = ask("DELETE /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(refused.fields.at("allow"), "GET, HEAD, OPTIONS");
  EXPECT_THAT(refused.body, testing::HasSubstr("method_not_allowed"));
  const RawReply told = ask("OPTIONS /echo HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(told.status, 204);
  EXPECT_FALSE(told.fields.contains("content-length"));
  EXPECT_EQ(told.fields.at("allow"), "GET, HEAD, POST, OPTIONS");
  const RawReply server = ask("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(server.fields.at("allow"), "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
}

TEST_F(Conformance, AnUnknownMethodIsNotImplementedRatherThanNotAllowed) {
  start();

  const RawReply reply = ask("BREW /hello HTTP/1.1\r\nHost: a\r\nAccept-Language: en\r\n\r\n");

  EXPECT_EQ(reply.status, 501);
  EXPECT_THAT(reply.body, testing::HasSubstr("method_not_implemented"));
  EXPECT_FALSE(reply.fields.contains("allow"));
}

}  // namespace
}  // namespace weike::server
