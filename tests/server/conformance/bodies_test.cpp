#include "tests/server/conformance/conformance_fixture.hpp"

namespace weike::server {
namespace {

// How a body is delimited (RFC 9112 §6).
class Bodies : public ConformanceTable {};

TEST_P(Bodies, AreDelimitedInOneWayOnly) {
  start();

  expect_row(GetParam());
}

std::string coded(const std::string& codings) {
  return post("Transfer-Encoding: " + codings + "\r\n", "3\r\nabc\r\n0\r\n\r\n");
}
std::string sized(const std::string& length) {
  return post("Content-Length: " + length + "\r\n", "abc");
}

INSTANTIATE_TEST_SUITE_P(
    ContentLength, Bodies,
    testing::Values(
        Row{"plain", sized("3"), 200, false}, Row{"zeros_first", sized("003"), 200, false},
        Row{"none", post(""), 200, false}, Row{"zero", post("Content-Length: 0\r\n"), 200, false},
        Row{"of_a_get", get("/hello", "Content-Length: 3\r\n") + "abc", 200, false},
        Row{"of_an_unknown_path", get("/no.txt", "Content-Length: 3\r\n") + "abc", 404, false},
        Row{"repeated", post("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"), 400, true},
        Row{"two", post("Content-Length: 3\r\nContent-Length: 4\r\n", "abc"), 400, true},
        Row{"list", sized("3, 3"), 400, true}, Row{"empty", sized(""), 400, true},
        Row{"plus", sized("+3"), 400, true}, Row{"minus", sized("-3"), 400, true},
        Row{"minus_zero", sized("-0"), 400, true}, Row{"hex", sized("0x3"), 400, true},
        Row{"fraction", sized("3.0"), 400, true}, Row{"exponent", sized("3e0"), 400, true},
        Row{"space_within", sized("3 3"), 400, true}, Row{"letters", sized("three"), 400, true},
        Row{"beyond_64_bits", sized("99999999999999999999"), 400, true},
        Row{"wraps_64_bits", sized("18446744073709551619"), 400, true},
        Row{"beyond_the_limit", sized("300000"), 413, true},
        Row{"far_beyond_the_limit", sized("999999999999999999"), 413, true}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    TransferEncoding, Bodies,
    testing::Values(
        Row{"chunked", coded("chunked"), 200, false},
        Row{"chunked_in_capitals", coded("CHUNKED"), 200, false},
        Row{"with_length",
            post("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "3\r\nabc\r\n0\r\n\r\n"),
            400, true},
        Row{"behind_length",
            post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n"),
            400, true},
        Row{"other_with_length", post("Content-Length: 3\r\nTransfer-Encoding: x\r\n", "abc"), 400,
            true},
        Row{"empty", coded(""), 400, true}, Row{"gzip", coded("gzip"), 400, true},
        Row{"identity", coded("identity"), 400, true}, Row{"unknown", coded("x"), 400, true},
        Row{"chunked_first", coded("chunked, gzip"), 400, true},
        Row{"chunked_twice", coded("chunked, chunked"), 400, true},
        Row{"chunked_in_the_middle", coded("chunked, gzip, chunked"), 400, true},
        Row{"two_fields", coded("chunked\r\nTransfer-Encoding: chunked"), 400, true},
        Row{"gzip_then_chunked", coded("gzip, chunked"), 501, true},
        Row{"gzip_then_chunked_tightly", coded("gzip,chunked"), 501, true},
        Row{"unknown_then_chunked", coded("x-own, chunked"), 501, true},
        Row{"almost_chunked", coded("xchunked"), 400, true},
        Row{"quoted", coded("\"chunked\""), 400, true},
        Row{"with_parameter", coded("chunked;q=1"), 400, true},
        Row{"empty_element", coded("chunked,"), 400, true},
        Row{"vertical_tab",
            coded("\x0b"
                  "chunked"),
            400, true},
        Row{"http_1_0", "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
            true}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Chunks, Bodies,
    testing::Values(
        Row{"several", post_chunked("1\r\na\r\n2\r\nbc\r\n0\r\n\r\n"), 200, false},
        Row{"capital_digit", post_chunked("A\r\n0123456789\r\n0\r\n\r\n"), 200, false},
        Row{"zeros_first", post_chunked("0003\r\nabc\r\n000\r\n\r\n"), 200, false},
        Row{"extension", post_chunked("3;a=b;c\r\nabc\r\n0;d=\"e f\"\r\n\r\n"), 200, false},
        Row{"space_before_extension", post_chunked("3 ;a=b\r\nabc\r\n0\t;c\r\n\r\n"), 200, false},
        Row{"trailer", post_chunked("3\r\nabc\r\n0\r\nX-Sum: y\r\nY:\r\n\r\n"), 200, false},
        Row{"empty_size", post_chunked("\r\nabc\r\n0\r\n\r\n"), 400, true},
        Row{"not_hex", post_chunked("g\r\n"), 400, true},
        Row{"minus", post_chunked("-3\r\nabc\r\n0\r\n\r\n"), 400, true},
        Row{"plus", post_chunked("+3\r\nabc\r\n0\r\n\r\n"), 400, true},
        Row{"prefix_0x", post_chunked("0x3\r\nabc\r\n0\r\n\r\n"), 400, true},
        Row{"suffix_h", post_chunked("3h\r\nabc\r\n0\r\n\r\n"), 400, true},
        Row{"space_first", post_chunked(" 3\r\nabc\r\n0\r\n\r\n"), 400, true},
        Row{"space_behind", post_chunked("3 \r\nabc\r\n0\r\n\r\n"), 400, true},
        Row{"overflow", post_chunked("10000000000000003\r\nabc\r\n0\r\n\r\n"), 400, true},
        Row{"greatest_number", post_chunked("ffffffffffffffff\r\nabc\r\n"), 400, true},
        Row{"many_zeros", post_chunked("0000000000000000000003\r\nabc\r\n0\r\n\r\n"), 400, true},
        Row{"bare_lf", post_chunked("3\nabc\n0\n\n"), 400, true},
        Row{"bare_lf_in_extension", post_chunked("3;a\nabc\r\n0\r\n\r\n"), 400, true},
        Row{"bare_cr_in_extension", post_chunked("3;a\rb\r\nabc\r\n0\r\n\r\n"), 400, true},
        Row{"nul_in_extension", post_chunked(std::string("3;a\0\r\nabc\r\n0\r\n\r\n", 16)), 400,
            true},
        Row{"data_too_long", post_chunked("3\r\nabcd\r\n0\r\n\r\n"), 400, true},
        Row{"data_too_short", post_chunked("3\r\nab\r\n0\r\n\r\n"), 400, true},
        Row{"bare_lf_behind_data", post_chunked("3\r\nabc\n0\r\n\r\n"), 400, true},
        Row{"long_extension", post_chunked("3;" + std::string(2000, 'x') + "\r\nabc\r\n0\r\n\r\n"),
            400, true},
        Row{"long_space", post_chunked("3" + std::string(2000, ' ') + ";x\r\nabc\r\n0\r\n\r\n"),
            400, true}),
    [](const auto& row) { return row.param.name; });

std::string trailed(const std::string& trailer) {
  return post_chunked("3\r\nabc\r\n0\r\n" + trailer + "\r\n\r\n");
}

INSTANTIATE_TEST_SUITE_P(
    Trailers, Bodies,
    testing::Values(Row{"transfer_encoding", trailed("Transfer-Encoding: chunked"), 400, true},
                    Row{"content_length", trailed("X: y\r\ncontent-length: 5"), 400, true},
                    Row{"host", trailed("HOST: b"), 400, true},
                    Row{"authorization", trailed("Authorization: Bearer x"), 400, true},
                    Row{"cookie", trailed("Cookie: a=b"), 400, true},
                    Row{"forwarded_for", trailed("X-Forwarded-For: 1.2.3.4"), 400, true},
                    Row{"name_that_begins_like_one", trailed("Host-Name: b"), 200, false},
                    Row{"long_name", trailed(std::string(60, 'x') + ": y"), 200, false},
                    Row{"no_colon", trailed("X"), 400, true},
                    Row{"empty_name", trailed(": y"), 400, true},
                    Row{"space_before_colon", trailed("X : y"), 400, true},
                    Row{"folded", trailed("X: y\r\n z"), 400, true},
                    Row{"bare_lf", trailed("X: y\nZ: a"), 400, true},
                    Row{"bare_cr", trailed("X: y\rZ: a"), 400, true},
                    Row{"long", trailed("X: " + std::string(5000, 'y')), 400, true}),
    [](const auto& row) { return row.param.name; });

TEST_F(Conformance, AChunkSizeThatIsNoneIsRefusedBeforeTheChunkHasCome) {
  start();
  expect_refused_at_once(post_chunked("g\r\n"), 400);
  expect_refused_at_once(post_chunked("g"), 400);
  expect_refused_at_once(post_chunked("-1\r\n"), 400);
}

TEST_F(Conformance, SmallChunksCannotCarryManyExtensions) {
  start();
  std::string body;
  for (int i = 0; i < 200; ++i) body += "1;extension=of_a_chunk\r\nx\r\n";

  expect_row({"many_extensions", post_chunked(body + "0\r\n\r\n"), 400, true});
}

TEST_F(Conformance, ExtensionsAndTrailersAreNoPartOfTheBody) {
  start();

  const RawReply reply =
      ask(post_chunked("3;a=b\r\nabc\r\n2 ;c=\"d\"\r\nde\r\n0;e\r\nX-Sum: 7\r\n\r\n"));

  EXPECT_EQ(reply.body, "abcde");
}

}  // namespace
}  // namespace weike::server
