#include "tests/server/conformance/conformance_fixture.hpp"

namespace weike::server {
namespace {

// The request line and the lines of fields (RFC 9112 §2, §3 and §5).
class Lines : public ConformanceTable {};

TEST_P(Lines, AreReadToTheLetter) {
  start();

  expect_row(GetParam());
}

std::string with_line(const std::string& line) { return get("/hello", line + "\r\n"); }

const std::string kHost = "Host: a\r\n\r\n";

INSTANTIATE_TEST_SUITE_P(
    Endings, Lines,
    testing::Values(
        Row{"bare_lf", "GET /hello HTTP/1.1\nHost: a\n\n", 400, true},
        Row{"bare_lf_behind_the_request_line", "GET /hello HTTP/1.1\n" + kHost, 400, true},
        Row{"bare_lf_behind_a_field", "GET /hello HTTP/1.1\r\nX: b\n" + kHost, 400, true},
        Row{"bare_lf_at_the_end", "GET /hello HTTP/1.1\r\nHost: a\r\n\n", 400, true},
        Row{"bare_cr", "GET /hello HTTP/1.1\r\nX: a\rY: b\r\n" + kHost, 400, true},
        Row{"cr_cr_lf", "GET /hello HTTP/1.1\r\r\n" + kHost, 400, true},
        Row{"folded", with_line("X: b\r\n c"), 400, true},
        Row{"folded_by_a_tab", with_line("X: b\r\n\tc"), 400, true},
        Row{"folded_first", "GET /hello HTTP/1.1\r\n " + kHost, 400, true},
        Row{"a_few_empty_lines_first", "\r\n\r\n\r\n\r\n" + get("/hello"), 200, false},
        Row{"many_empty_lines_first", "\r\n\r\n\r\n\r\n\r\n" + get("/hello"), 400, true},
        Row{"bare_lf_first", "\n" + get("/hello"), 400, true},
        Row{"space_first", " " + get("/hello"), 400, true}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Fields, Lines,
    testing::Values(Row{"nul", with_line(std::string("X: b\0c", 6)), 400, true},
                    Row{"escape_character", with_line("X: b\x1b"), 400, true},
                    Row{"delete_character", with_line("X: b\x7f"), 400, true},
                    Row{"tab_within", with_line("X: b\tc"), 200, false},
                    Row{"bytes_beyond_ascii", with_line("X: \xc3\xa4"), 200, false},
                    Row{"spaces_around", with_line("X: \t b \t "), 200, false},
                    Row{"empty_value", with_line("X:"), 200, false},
                    Row{"space_before_colon", with_line("X : b"), 400, true},
                    Row{"tab_before_colon", with_line("X\t: b"), 400, true},
                    Row{"no_colon", with_line("X"), 400, true},
                    Row{"empty_name", with_line(": b"), 400, true},
                    Row{"name_that_is_no_token", with_line("X(y): b"), 400, true},
                    Row{"name_beyond_ascii", with_line("X\xc3\xa4: b"), 400, true},
                    Row{"two_authorizations",
                        with_line("Authorization: Bearer a\r\nAuthorization: Bearer b"), 400,
                        true}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    RequestLine, Lines,
    testing::Values(Row{"two_spaces", "GET  /hello HTTP/1.1\r\n" + kHost, 400, true},
                    Row{"tab_for_space", "GET\t/hello HTTP/1.1\r\n" + kHost, 400, true},
                    Row{"space_at_the_end", "GET /hello HTTP/1.1 \r\n" + kHost, 400, true},
                    Row{"space_in_the_target", "GET /hello you HTTP/1.1\r\n" + kHost, 400, true},
                    Row{"no_target", "GET HTTP/1.1\r\n" + kHost, 400, true},
                    Row{"no_method", "/hello HTTP/1.1\r\n" + kHost, 400, true},
                    Row{"method_that_is_no_token", "G(T /hello HTTP/1.1\r\n" + kHost, 400, true},
                    Row{"method_in_small_letters", "get /hello HTTP/1.1\r\n" + kHost, 501, false},
                    Row{"unknown_method", "BREW /hello HTTP/1.1\r\n" + kHost, 501, false},
                    Row{"trace", "TRACE /hello HTTP/1.1\r\n" + kHost, 501, false},
                    Row{"method_of_another_route", "DELETE /hello HTTP/1.1\r\n" + kHost, 405,
                        false}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Version, Lines,
    testing::Values(Row{"one_zero", "GET /hello HTTP/1.0\r\n\r\n", 200, true},
                    Row{"one_two_is_read_as_one_one", "GET /hello HTTP/1.2\r\n" + kHost, 200,
                        false},
                    Row{"one_nine_needs_a_host", "GET /hello HTTP/1.9\r\n\r\n", 400, true},
                    Row{"one_two_in_a_broken_line", "GET /a b HTTP/1.2\r\n" + kHost, 400, true},
                    Row{"two", "GET /hello HTTP/2.0\r\n" + kHost, 505, true},
                    Row{"preface_of_http_2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, true},
                    Row{"zero_nine", "GET /hello HTTP/0.9\r\n" + kHost, 505, true},
                    Row{"none", "GET /hello\r\n\r\n", 400, true},
                    Row{"two_digits", "GET /hello HTTP/1.10\r\n" + kHost, 400, true},
                    Row{"no_minor", "GET /hello HTTP/1\r\n" + kHost, 400, true},
                    Row{"small_letters", "GET /hello http/1.1\r\n" + kHost, 400, true},
                    Row{"another_protocol", "GET /hello HTTX/1.1\r\n" + kHost, 400, true}),
    [](const auto& row) { return row.param.name; });

TEST_F(Conformance, WhatCannotBecomeARequestIsRefusedBeforeItIsWhole) {
  start();
  expect_refused_at_once("\x16\x03\x01\x02", 400);  // As TLS begins.
  expect_refused_at_once("\x01", 400);
}

TEST_F(Conformance, ARefusalIsAProblemDocumentAndAHeadGetsNoneOfIt) {
  start();

  const RawReply refused = ask("GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(refused.fields.at("content-type"), "application/problem+json; charset=utf-8");
  EXPECT_THAT(refused.body, testing::HasSubstr("malformed_request"));

  for (const std::string request : {"HEAD / HTTP/1.1\r\n\r\n", "HEAD / HTTP/1.1\nHost: a\n\n",
                                    "HEAD /a/../b HTTP/1.1\r\nHost: a\r\n\r\n"}) {
    RawClient client = connect();
    client.send(request);
    EXPECT_EQ(client.read_reply(true)->status, 400);
    EXPECT_EQ(client.read_bytes(1), "");
  }
}

}  // namespace
}  // namespace weike::server
