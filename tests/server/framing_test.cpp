#include "tests/server/engine_fixture.hpp"

namespace weike::server {
namespace {

using namespace std::chrono_literals;

struct Row {
  const char* name;
  std::string request;
  int status;
  bool closes;
};

std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.name; }

// RFC 9110 and 9112, and the rules of reference/reliability.md §6.
class FramingConformance : public EngineTest, public testing::WithParamInterface<Row> {
 protected:
  FramingConformance() { options.target_limit_bytes = 2000; }
};

TEST_P(FramingConformance, AnswersAndClosesAsTheStandardSays) {
  start();
  RawClient client = connect();

  client.send(GetParam().request);
  const auto reply = client.read_reply();

  ASSERT_TRUE(reply) << GetParam().name;
  EXPECT_EQ(reply->status, GetParam().status) << reply->head << reply->body;
  if (GetParam().closes) {
    EXPECT_EQ(reply->fields.at("connection"), "close");
    client.shut_down_sending();
    EXPECT_TRUE(client.is_closed_within(2s));
  } else {
    client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto next = client.read_reply();
    ASSERT_TRUE(next);
    EXPECT_EQ(next->body, "hello");
  }
}

std::string get(const std::string& target, const std::string& fields = "Host: a\r\n") {
  return "GET " + target + " HTTP/1.1\r\n" + fields + "\r\n";
}
std::string post(const std::string& fields, const std::string& body = "") {
  return "POST /echo HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body;
}
std::string chunked(const std::string& body) {
  return post("Transfer-Encoding: chunked\r\n", body);
}

const std::string kLong(20'000, 'x');

INSTANTIATE_TEST_SUITE_P(
    Host, FramingConformance,
    testing::Values(Row{"one", get("/hello"), 200, false},
                    Row{"missing", get("/hello", ""), 400, true},
                    Row{"repeated", get("/hello", "Host: a\r\nHost: a\r\n"), 400, true},
                    Row{"empty", get("/hello", "Host:\r\n"), 400, true},
                    Row{"with_port", get("/hello", "Host: a.b:80\r\n"), 200, false},
                    Row{"ipv6", get("/hello", "Host: [::1]:80\r\n"), 200, false},
                    Row{"with_space", get("/hello", "Host: a b\r\n"), 400, true},
                    Row{"with_path", get("/hello", "Host: a/b\r\n"), 400, true},
                    Row{"with_user", get("/hello", "Host: u@a\r\n"), 400, true},
                    Row{"bad_port", get("/hello", "Host: a:8x\r\n"), 400, true},
                    Row{"http_1_0_without", "GET /hello HTTP/1.0\r\n\r\n", 200, true}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Lines, FramingConformance,
    testing::Values(Row{"bare_lf", "GET /hello HTTP/1.1\nHost: a\n\n", 400, true},
                    Row{"bare_lf_at_end", "GET /hello HTTP/1.1\r\nHost: a\r\n\n", 400, true},
                    Row{"bare_cr", "GET /hello HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", 400, true},
                    Row{"folded", get("/hello", "Host: a\r\nX: b\r\n c\r\n"), 400, true},
                    Row{"folded_first", "GET /hello HTTP/1.1\r\n Host: a\r\n\r\n", 400, true},
                    Row{"nul", get("/hello", std::string("Host: a\r\nX: b\0c\r\n", 16)), 400, true},
                    Row{"space_before_colon", get("/hello", "Host: a\r\nX : b\r\n"), 400, true},
                    Row{"no_colon", get("/hello", "Host: a\r\nX\r\n"), 400, true},
                    Row{"empty_name", get("/hello", "Host: a\r\n: b\r\n"), 400, true},
                    Row{"bad_name", get("/hello", "Host: a\r\nX(y): b\r\n"), 400, true},
                    Row{"empty_line_first", "\r\n" + get("/hello"), 200, false},
                    Row{"version_2", "GET /hello HTTP/2.0\r\nHost: a\r\n\r\n", 505, true},
                    Row{"no_version", "GET /hello\r\n\r\n", 400, true},
                    Row{"bad_version", "GET /hello HTTX/1.1\r\nHost: a\r\n\r\n", 400, true},
                    Row{"two_spaces", "GET  /hello HTTP/1.1\r\nHost: a\r\n\r\n", 400, true},
                    Row{"garbage", "\x16\x03\x01\x02", 400, true}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Targets, FramingConformance,
    testing::Values(Row{"absolute", get("http://a/hello"), 200, false},
                    Row{"absolute_bad_host", get("http://a b/hello"), 400, true},
                    Row{"no_slash", get("hello"), 400, true},
                    Row{"fragment", get("/hello#x"), 400, true},
                    Row{"star_get", get("*"), 400, true},
                    Row{"star_options", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 204, false},
                    Row{"dots", get("/a/../hello"), 400, true},
                    Row{"encoded_dots", get("/a/%2e%2e/hello"), 400, true},
                    Row{"encoded_slash", get("/a%2fb"), 400, true},
                    Row{"encoded_nul", get("/a%00"), 400, true},
                    Row{"bad_escape", get("/a%zz"), 400, true},
                    Row{"connect", "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 400, true},
                    Row{"unknown_path", get("/nothing"), 404, false},
                    Row{"wrong_method", "DELETE /hello HTTP/1.1\r\nHost: a\r\n\r\n", 405, false},
                    Row{"unknown_method", "BREW /hello HTTP/1.1\r\nHost: a\r\n\r\n", 405, false},
                    Row{"long_target", get("/" + std::string(3000, 'x')), 414, true},
                    Row{"endless_target", "GET /" + kLong, 414, true},
                    Row{"long_head", get("/hello", "Host: a\r\nX: " + kLong + "\r\n"), 431, true}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Bodies, FramingConformance,
    testing::Values(
        Row{"length", post("Content-Length: 3\r\n", "abc"), 200, false},
        Row{"length_zero", post("Content-Length: 0\r\n"), 200, false},
        Row{"repeated_length", post("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"), 400,
            true},
        Row{"two_lengths", post("Content-Length: 3\r\nContent-Length: 4\r\n", "abc"), 400, true},
        Row{"length_list", post("Content-Length: 3, 3\r\n", "abc"), 400, true},
        Row{"length_sign", post("Content-Length: +3\r\n", "abc"), 400, true},
        Row{"length_negative", post("Content-Length: -1\r\n"), 400, true},
        Row{"length_hex", post("Content-Length: 0x3\r\n", "abc"), 400, true},
        Row{"length_huge", post("Content-Length: 99999999999999999999\r\n"), 400, true},
        Row{"chunked_plain", chunked("3\r\nabc\r\n0\r\n\r\n"), 200, false},
        Row{"chunked_upper", chunked("A\r\n0123456789\r\n0\r\n\r\n"), 200, false},
        Row{"chunked_extension", chunked("3;a=b\r\nabc\r\n0\r\n\r\n"), 200, false},
        Row{"chunked_trailer", chunked("3\r\nabc\r\n0\r\nX: y\r\n\r\n"), 200, false},
        Row{"te_and_length",
            post("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "3\r\nabc\r\n0\r\n\r\n"),
            400, true},
        Row{"length_and_te",
            post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n"),
            400, true},
        Row{"te_gzip", post("Transfer-Encoding: gzip\r\n"), 400, true},
        Row{"te_chunked_gzip", post("Transfer-Encoding: chunked, gzip\r\n"), 400, true},
        Row{"te_twice", post("Transfer-Encoding: chunked, chunked\r\n"), 400, true},
        Row{"te_two_fields", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
            400, true},
        Row{"te_gzip_chunked", post("Transfer-Encoding: gzip, chunked\r\n"), 501, true},
        Row{"te_unknown", post("Transfer-Encoding: x\r\n"), 400, true},
        Row{"te_on_1_0", "POST /echo HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
            400, true},
        Row{"chunk_not_hex", chunked("g\r\n"), 400, true},
        Row{"chunk_negative", chunked("-1\r\n"), 400, true},
        Row{"chunk_0x", chunked("0x3\r\nabc\r\n"), 400, true},
        Row{"chunk_overflow", chunked("10000000000000003\r\nabc\r\n"), 400, true},
        Row{"chunk_bare_lf", chunked("3\nabc\n0\n\n"), 400, true},
        Row{"chunk_too_long_data", chunked("3\r\nabcd\r\n0\r\n\r\n"), 400, true},
        Row{"chunk_space", chunked("3 \r\nabc\r\n0\r\n\r\n"), 400, true},
        Row{"long_extension", chunked("3;" + kLong + "\r\nabc\r\n0\r\n\r\n"), 400, true},
        Row{"long_trailer", chunked("0\r\nX: " + kLong + "\r\n\r\n"), 400, true},
        Row{"body_too_large", post("Content-Length: 300000\r\n"), 413, true},
        Row{"expect_unknown", post("Expect: magic\r\nContent-Length: 3\r\n", "abc"), 417, true}),
    [](const auto& row) { return row.param.name; });

TEST_F(EngineTest, ManyFieldsAreRefused) {
  options.header_count_limit = 20;
  start();
  RawClient client = connect();
  std::string fields = "Host: a\r\n";
  for (int i = 0; i < 30; ++i) fields += "X-" + std::to_string(i) + ": y\r\n";

  client.send(get("/hello", fields));

  EXPECT_EQ(client.read_reply()->status, 431);
}

TEST_F(EngineTest, ChunkedBodyBeyondTheLimitIsRefused) {
  start();
  RawClient client = connect();

  client.send(chunked("50000\r\n" + std::string(0x50000, 'x') + "\r\n0\r\n\r\n"));

  EXPECT_EQ(client.read_reply()->status, 413);
}

TEST_F(EngineTest, RefusalIsAProblemDocument) {
  start();
  RawClient client = connect();

  client.send("GET / HTTP/1.1\r\n\r\n");
  const auto reply = client.read_reply();

  EXPECT_EQ(reply->fields.at("content-type"), "application/problem+json; charset=utf-8");
  EXPECT_THAT(reply->body, testing::HasSubstr("malformed_request"));
}

}  // namespace
}  // namespace weike::server
