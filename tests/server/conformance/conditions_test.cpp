#include "tests/server/conformance/conformance_fixture.hpp"

namespace weike::server {
namespace {

// Conditional requests in the order of RFC 9110 §13.2.2, on both lanes. "$" stands for the entity
// tag of the letters.
struct Case {
  const char* name;
  const char* fields;
  int status;
};

std::ostream& operator<<(std::ostream& out, const Case& row) { return out << row.name; }

class Conditions : public Conformance, public testing::WithParamInterface<Case> {
 protected:
  std::string with_tag(std::string fields) {
    const std::string tag = ask(head("/letters.txt"), true).fields.at("etag");
    for (auto at = fields.find('$'); at != std::string::npos; at = fields.find('$')) {
      fields.replace(at, 1, tag);
    }
    return fields;
  }
};

TEST_P(Conditions, AreJudgedInTheirOrder) {
  start();
  const std::string fields = with_tag(GetParam().fields);

  for (const char* target : {"/letters.txt", "/l%65tters.txt"}) {
    const RawReply reply = ask(get(target, fields));

    EXPECT_EQ(reply.status, GetParam().status) << target << '\n' << reply.head;
    EXPECT_EQ(reply.body, reply.status == 200 ? kLetters : "");
    EXPECT_EQ(reply.fields.contains("etag"), reply.status != 412);
    if (reply.status == 304) {
      EXPECT_EQ(reply.fields.at("cache-control"), "no-cache");
      EXPECT_EQ(reply.fields.at("last-modified"), kLettersDate);
      EXPECT_FALSE(reply.fields.contains("content-length"));
      EXPECT_FALSE(reply.fields.contains("content-type"));
    }
  }
}

#define THEN "Sun, 06 Nov 1994 08:49:37 GMT"
#define BEFORE "Sun, 06 Nov 1994 08:49:36 GMT"

INSTANTIATE_TEST_SUITE_P(
    One, Conditions,
    testing::Values(
        Case{"none_match_same", "If-None-Match: $\r\n", 304},
        Case{"none_match_weak", "If-None-Match: W/$\r\n", 304},
        Case{"none_match_other", "If-None-Match: \"x\"\r\n", 200},
        Case{"none_match_any", "If-None-Match: *\r\n", 304},
        Case{"none_match_list", "If-None-Match: \"x\", \"y,z\" ,W/$\r\n", 304},
        Case{"none_match_list_of_others", "If-None-Match: \"x\", W/\"y\"\r\n", 200},
        Case{"none_match_two_fields", "If-None-Match: \"x\"\r\nIf-None-Match: $\r\n", 304},
        Case{"none_match_two_fields_turned", "If-None-Match: $\r\nif-none-match: \"x\"\r\n", 304},
        Case{"none_match_unquoted", "If-None-Match: x\r\n", 200},
        Case{"match_same", "If-Match: $\r\n", 200}, Case{"match_any", "If-Match: *\r\n", 200},
        Case{"match_other", "If-Match: \"x\"\r\n", 412},
        Case{"match_is_strong", "If-Match: W/$\r\n", 412},
        Case{"match_list", "If-Match: \"x\", $\r\n", 200},
        Case{"modified_since_then", "If-Modified-Since: " THEN "\r\n", 304},
        Case{"modified_since_before", "If-Modified-Since: " BEFORE "\r\n", 200},
        Case{"modified_since_rfc_850", "If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT\r\n",
             304},
        Case{"modified_since_asctime", "If-Modified-Since: Sun Nov  6 08:49:37 1994\r\n", 304},
        Case{"modified_since_nonsense", "If-Modified-Since: yesterday\r\n", 200},
        Case{"modified_since_two_fields",
             "If-Modified-Since: " THEN "\r\nIf-Modified-Since: " THEN "\r\n", 200},
        Case{"unmodified_since_then", "If-Unmodified-Since: " THEN "\r\n", 200},
        Case{"unmodified_since_before", "If-Unmodified-Since: " BEFORE "\r\n", 412},
        Case{"unmodified_since_nonsense", "If-Unmodified-Since: never\r\n", 200}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Together, Conditions,
    testing::Values(
        Case{"none_match_beats_modified_since",
             "If-None-Match: \"x\"\r\nIf-Modified-Since: " THEN "\r\n", 200},
        Case{"none_match_beats_modified_since_too",
             "If-None-Match: $\r\nIf-Modified-Since: " BEFORE "\r\n", 304},
        Case{"match_beats_unmodified_since", "If-Match: $\r\nIf-Unmodified-Since: " BEFORE "\r\n",
             200},
        Case{"match_comes_before_none_match", "If-None-Match: $\r\nIf-Match: \"x\"\r\n", 412},
        Case{"unmodified_since_comes_before_none_match",
             "If-None-Match: $\r\nIf-Unmodified-Since: " BEFORE "\r\n", 412},
        Case{"both_hold", "If-Match: *\r\nIf-None-Match: $\r\n", 304},
        Case{"not_modified_comes_before_the_range", "If-None-Match: $\r\nRange: bytes=0-1\r\n",
             304},
        Case{"failed_comes_before_the_range", "If-Match: \"x\"\r\nRange: bytes=99-\r\n", 412}),
    [](const auto& row) { return row.param.name; });

TEST_F(Conformance, ConditionsMeanNothingWhereTheAnswerWouldBeNoSuccess) {
  start();

  EXPECT_EQ(ask(get("/nothing.txt", "If-None-Match: *\r\nIf-Match: \"x\"\r\n")).status, 404);
  EXPECT_EQ(ask("DELETE /hello HTTP/1.1\r\nHost: a\r\nIf-Match: \"x\"\r\n\r\n").status, 405);
}

}  // namespace
}  // namespace weike::server
