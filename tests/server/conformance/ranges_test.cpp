#include "tests/server/conformance/conformance_fixture.hpp"

namespace weike::server {
namespace {

// Range requests (RFC 9110 §14), on both lanes.
struct Case {
  const char* name;
  const char* range;
  int status;
  const char* content_range;
  const char* body;
};

std::ostream& operator<<(std::ostream& out, const Case& row) { return out << row.name; }

class Ranges : public Conformance, public testing::WithParamInterface<Case> {};

constexpr const char* kAll = "abcdefghijklmnopqrstuvwxyz";

TEST_P(Ranges, GetTheirPart) {
  start();
  for (const char* target : {"/letters.txt", "/l%65tters.txt"}) {
    const RawReply reply = ask(
        get(target, "Range: " + std::string(GetParam().range) + "\r\nAccept-Encoding: gzip\r\n"));

    EXPECT_EQ(reply.status, GetParam().status) << target;
    EXPECT_EQ(reply.body, GetParam().body) << target;
    const auto found = reply.fields.find("content-range");
    EXPECT_EQ(found == reply.fields.end() ? "" : found->second, GetParam().content_range);
    EXPECT_EQ(reply.fields.at("accept-ranges"), "bytes");
    EXPECT_TRUE(reply.fields.contains("etag"));
  }
}

INSTANTIATE_TEST_SUITE_P(
    One, Ranges,
    testing::Values(
        Case{"first", "bytes=0-2", 206, "bytes 0-2/26", "abc"},
        Case{"one_byte", "bytes=25-25", 206, "bytes 25-25/26", "z"},
        Case{"open", "bytes=23-", 206, "bytes 23-25/26", "xyz"},
        Case{"suffix", "bytes=-2", 206, "bytes 24-25/26", "yz"},
        Case{"suffix_longer_than_all", "bytes=-99", 206, "bytes 0-25/26", kAll},
        Case{"end_beyond", "bytes=24-99", 206, "bytes 24-25/26", "yz"},
        Case{"end_far_beyond", "bytes=24-99999999999999999999999", 206, "bytes 24-25/26", "yz"},
        Case{"unit_in_capitals", "BYTES=0-2", 206, "bytes 0-2/26", "abc"},
        Case{"begin_beyond", "bytes=26-", 416, "bytes */26", ""},
        Case{"begin_far_beyond", "bytes=99999999999999999999999-", 416, "bytes */26", ""},
        Case{"empty_suffix", "bytes=-0", 416, "bytes */26", ""}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Ignored, Ranges,
    testing::Values(
        Case{"unknown_unit", "lines=0-2", 200, "", kAll}, Case{"no_unit", "0-2", 200, "", kAll},
        Case{"nothing", "bytes=", 200, "", kAll}, Case{"only_a_dash", "bytes=-", 200, "", kAll},
        Case{"backwards", "bytes=5-2", 200, "", kAll}, Case{"sign", "bytes=+1-2", 200, "", kAll},
        Case{"negative", "bytes=--2", 200, "", kAll}, Case{"hex", "bytes=0x1-2", 200, "", kAll},
        Case{"space_within", "bytes=1 -2", 200, "", kAll},
        Case{"one_of_several_is_bad", "bytes=0-1,x", 200, "", kAll},
        Case{"too_many",
             "bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16,18-18,20-20,"
             "22-22,24-24,1-1,3-3,5-5,7-7",
             200, "", kAll},
        Case{"two_fields", "bytes=0-1\r\nRange: bytes=4-5", 200, "", kAll}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    MadeOne, Ranges,
    testing::Values(Case{"adjacent", "bytes=0-1,2-3", 206, "bytes 0-3/26", "abcd"},
                    Case{"overlapping", "bytes=2-5,0-3", 206, "bytes 0-5/26", "abcdef"},
                    Case{"bridged", "bytes=0-1,4-5,1-4", 206, "bytes 0-5/26", "abcdef"},
                    Case{"the_same_again", "bytes=0-1,0-1,0-1", 206, "bytes 0-1/26", "ab"},
                    Case{"one_is_beyond", "bytes=0-1,99-", 206, "bytes 0-1/26", "ab"},
                    Case{"all_are_beyond", "bytes=99-,-0,77-78", 416, "bytes */26", ""}),
    [](const auto& row) { return row.param.name; });

TEST_F(Conformance, SeveralRangesAreOneMultipartBody) {
  start();
  for (const char* target : {"/letters.txt", "/l%65tters.txt"}) {
    const RawReply reply = ask(get(target, "Range: bytes=24-, 0-1,  5-7\r\n"));

    EXPECT_EQ(reply.status, 206);
    EXPECT_FALSE(reply.fields.contains("content-range"));
    const std::string type = reply.fields.at("content-type");
    ASSERT_THAT(type, testing::StartsWith("multipart/byteranges; boundary="));
    const std::string boundary = "--" + type.substr(type.find('=') + 1);
    const std::string fields =
        "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes ";
    EXPECT_EQ(reply.body, boundary + fields + "24-25/26\r\n\r\nyz\r\n" + boundary + fields +
                              "0-1/26\r\n\r\nab\r\n" + boundary + fields + "5-7/26\r\n\r\nfgh\r\n" +
                              boundary + "--\r\n");
  }
}

TEST_F(Conformance, StretchesOfAFileArriveWithinAMultipartBody) {
  start();
  RawClient client = connect();

  client.send(get("/stretches") + get("/hello"));
  const auto reply = client.read_reply();

  ASSERT_TRUE(reply);
  const std::string& body = reply->body;
  const auto first = body.find("\r\n\r\n") + 4;
  const auto second = body.find("\r\n\r\n", first + 500'000) + 4;
  for (std::size_t i = 0; i < 500'000; ++i) ASSERT_EQ(body[first + i], pattern(1'000'000 + i)) << i;
  for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(body[second + i], pattern(7 + i)) << i;
  EXPECT_EQ(client.read_reply()->body, "hello");
}

TEST_F(Conformance, IfRangeLetsARangeThroughForTheSameBytesOnly) {
  start();
  const RawReply whole = ask(get("/letters.txt"));
  const std::string tag = whole.fields.at("etag");
  ASSERT_EQ(whole.fields.at("last-modified"), kLettersDate);
  const std::pair<std::string, int> rows[] = {
      {tag, 206},
      {"W/" + tag, 200},
      {"\"x\"", 200},
      {kLettersDate, 206},
      {"Sunday, 06-Nov-94 08:49:37 GMT", 206},
      {"Sun, 06 Nov 1994 08:49:38 GMT", 200},
      {"Sun, 06 Nov 1994 08:49:36 GMT", 200},
      {"nonsense", 200},
  };
  for (const auto& [value, status] : rows) {
    for (const char* target : {"/letters.txt", "/l%65tters.txt"}) {
      const RawReply reply = ask(get(target, "Range: bytes=0-2\r\nIf-Range: " + value + "\r\n"));
      EXPECT_EQ(reply.status, status) << value;
      EXPECT_EQ(reply.body, status == 206 ? "abc" : kLetters) << value;
    }
  }
  const RawReply beyond = ask(get("/letters.txt", "Range: bytes=99-\r\nIf-Range: \"x\"\r\n"));
  EXPECT_EQ(beyond.status, 200) << "an If-Range that fails leaves no range to be refused";
}

}  // namespace
}  // namespace weike::server
