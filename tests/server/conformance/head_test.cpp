#include "tests/server/conformance/conformance_fixture.hpp"

namespace weike::server {
namespace {

// HEAD (RFC 9110 §9.3.2): the fields of GET, without the content.
class Head : public Conformance {
 protected:
  // All but what belongs to one answer alone.
  static std::map<std::string, std::string> lasting(std::map<std::string, std::string> fields) {
    fields.erase("date");
    fields.erase("x-request-id");
    return fields;
  }
  void expect_same(const std::string& target, const std::string& fields, int status) {
    RawClient client = connect();
    client.send(get(target, fields) + head(target, fields) + get("/hello"));
    const auto got = client.read_reply();
    const auto headed = client.read_reply(true);
    const auto next = client.read_reply();
    ASSERT_TRUE(got && headed && next) << target;
    EXPECT_EQ(got->status, status) << target;
    EXPECT_EQ(headed->status, status) << target;
    EXPECT_EQ(lasting(headed->fields), lasting(got->fields)) << target << fields;
    EXPECT_EQ(next->body, "hello") << target << " was answered with content";
  }
};

TEST_F(Head, HasTheFieldsOfGetOnBothLanes) {
  start();
  for (const char* target : {"/hot", "/hello", "/file", "/hot-file", "/letters.txt",
                             "/l%65tters.txt", "/echo?q=1", "/whose"}) {
    expect_same(target, "", 200);
  }
}

TEST_F(Head, HasThemTooWhereNothingIsSent) {
  start();
  expect_same("/hot", "If-None-Match: \"1\"\r\n", 304);
  expect_same("/letters.txt", "If-None-Match: *\r\n", 304);
  expect_same("/l%65tters.txt", "If-None-Match: *\r\n", 304);
  expect_same("/letters.txt", "If-Match: \"x\"\r\n", 412);
}

TEST_F(Head, HasThemTooOfErrors) {
  start();
  expect_same("/nothing.txt", "", 404);
  expect_same("/patched", "", 405);
  expect_same("/throws", "", 500);
}

TEST_F(Head, KnowsNoRanges) {
  start();
  const std::string range = "Range: bytes=0-2\r\n";

  for (const char* target : {"/letters.txt", "/l%65tters.txt"}) {
    const RawReply reply = ask(head(target, range), true);
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.fields.at("content-length"), "26");
    EXPECT_FALSE(reply.fields.contains("content-range"));
  }
}

TEST_F(Head, OfASetOfPartsTellsTheirLength) {
  start();

  const RawReply got = ask(get("/stretches"));
  const RawReply headed = ask(head("/stretches"), true);

  EXPECT_EQ(headed.fields.at("content-length"), got.fields.at("content-length"));
}

}  // namespace
}  // namespace weike::server
