#include "tests/server/conformance/conformance_fixture.hpp"

namespace weike::server {
namespace {

// Who asks, behind proxies: X-Forwarded-* and Forwarded (RFC 7239). /echo answers
// "path|address|-|secure".
struct Case {
  const char* name;
  const char* fields;
  const char* client;
};

std::ostream& operator<<(std::ostream& out, const Case& row) { return out << row.name; }

class Forwarded : public Conformance, public testing::WithParamInterface<Case> {};

TEST_P(Forwarded, CountsFromListedPeersAlone) {
  options.trusted_proxies = {"127.0.0.1", "10.0.0.0/8", "2001:db8:1::/48"};
  start();
  EXPECT_EQ(ask(get("/echo", GetParam().fields)).body, "/echo|" + std::string(GetParam().client));
}

INSTANTIATE_TEST_SUITE_P(
    XForwarded, Forwarded,
    testing::Values(
        Case{"none", "", "127.0.0.1|-|plain"},
        Case{"one", "X-Forwarded-For: 1.2.3.4\r\n", "1.2.3.4|-|plain"},
        Case{"past_listed_proxies", "X-Forwarded-For: 6.6.6.6, 1.2.3.4, 10.0.0.9\r\n",
             "1.2.3.4|-|plain"},
        Case{
            "over_several_fields",
            "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-For: 10.0.0.9\r\n",
            "1.2.3.4|-|plain"},
        Case{"all_are_listed", "X-Forwarded-For: 10.0.0.8, 10.0.0.9\r\n", "10.0.0.8|-|plain"},
        Case{"ipv6", "X-Forwarded-For: 2001:db8::7\r\n", "2001:db8::7|-|plain"},
        Case{"ipv6_mapped", "X-Forwarded-For: ::ffff:1.2.3.4\r\n", "1.2.3.4|-|plain"},
        Case{"port", "X-Forwarded-For: 1.2.3.4:567\r\n", "1.2.3.4|-|plain"},
        Case{"ipv6_port", "X-Forwarded-For: [2001:db8::7]:567\r\n", "2001:db8::7|-|plain"},
        Case{"nonsense", "X-Forwarded-For: 1.2.3.4, somebody\r\n", "127.0.0.1|-|plain"},
        Case{"empty", "X-Forwarded-For:\r\n", "127.0.0.1|-|plain"},
        Case{"proto", "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: HTTPS\r\n",
             "1.2.3.4|-|secure"},
        Case{"last_proto_counts", "X-Forwarded-Proto: https, http\r\n", "127.0.0.1|-|plain"},
        Case{"last_field_of_proto_counts",
             "X-Forwarded-Proto: https\r\nX-Forwarded-Proto: http\r\n", "127.0.0.1|-|plain"}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Rfc7239, Forwarded,
    testing::Values(
        Case{"one", "Forwarded: for=1.2.3.4;proto=https;by=10.0.0.1\r\n", "1.2.3.4|-|secure"},
        Case{"names_in_any_case", "Forwarded: FOR=1.2.3.4; Proto=HTTPS\r\n", "1.2.3.4|-|secure"},
        Case{"empty_pairs", "Forwarded: ;for=1.2.3.4;;proto=https;\r\n", "1.2.3.4|-|secure"},
        Case{"pairs_without_semicolon", "Forwarded: for=1.2.3.4 proto=https\r\n",
             "127.0.0.1|-|plain"},
        Case{"list", "Forwarded: for=6.6.6.6, for=1.2.3.4;proto=https,for=10.0.0.9\r\n",
             "1.2.3.4|-|secure"},
        Case{"over_several_fields", "Forwarded: for=1.2.3.4\r\nForwarded: for=10.0.0.9\r\n",
             "1.2.3.4|-|plain"},
        Case{"quoted", "Forwarded: for=\"1.2.3.4:567\";proto=\"https\"\r\n", "1.2.3.4|-|secure"},
        Case{"quoted_pair", "Forwarded: for=\"1.2.3.\\4\"\r\n", "1.2.3.4|-|plain"},
        Case{"ipv6", "Forwarded: for=\"[2001:db8::7]\"\r\n", "2001:db8::7|-|plain"},
        Case{"ipv6_port", "Forwarded: for=\"[2001:db8::7]:567\"\r\n", "2001:db8::7|-|plain"},
        Case{"ipv6_proxy", "Forwarded: for=1.2.3.4, for=\"[2001:db8:1::9]\"\r\n",
             "1.2.3.4|-|plain"},
        Case{"obfuscated_port", "Forwarded: for=\"1.2.3.4:_a\"\r\n", "1.2.3.4|-|plain"},
        Case{"comma_in_quotes", "Forwarded: for=1.2.3.4;by=\"_a,for=6.6.6.6\"\r\n",
             "1.2.3.4|-|plain"},
        Case{"unknown", "Forwarded: for=6.6.6.6, for=unknown\r\n", "127.0.0.1|-|plain"},
        Case{"obfuscated", "Forwarded: for=6.6.6.6, for=_hidden, for=10.0.0.9\r\n",
             "10.0.0.9|-|plain"},
        Case{"says_only_proto", "Forwarded: proto=https\r\n", "127.0.0.1|-|secure"},
        Case{"ipv6_without_brackets", "Forwarded: for=\"2001:db8::7\"\r\n", "127.0.0.1|-|plain"},
        Case{"ipv6_without_quotes", "Forwarded: for=[2001:db8::7]\r\n", "127.0.0.1|-|plain"},
        Case{"twice_in_one_hop", "Forwarded: for=1.2.3.4;for=6.6.6.6\r\n", "127.0.0.1|-|plain"},
        Case{"quote_left_open", "Forwarded: for=6.6.6.6;by=\", for=1.2.3.4\r\n",
             "127.0.0.1|-|plain"},
        Case{"quote_left_open_by_the_client",
             "Forwarded: for=6.6.6.6;by=\"\r\nForwarded: for=\"1.2.3.4\"\r\n", "1.2.3.4|-|plain"},
        Case{"no_value", "Forwarded: for=\r\n", "127.0.0.1|-|plain"},
        Case{"no_pair", "Forwarded: 1.2.3.4\r\n", "127.0.0.1|-|plain"},
        Case{"empty_elements", "Forwarded: , for=1.2.3.4,,\r\n", "1.2.3.4|-|plain"}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Both, Forwarded,
    testing::Values(Case{"agree",
                         "Forwarded: for=1.2.3.4;proto=https\r\nX-Forwarded-For: 1.2.3.4\r\n"
                         "X-Forwarded-Proto: https\r\n",
                         "1.2.3.4|-|secure"},
                    Case{"disagree_on_the_client",
                         "Forwarded: for=6.6.6.6\r\nX-Forwarded-For: 1.2.3.4\r\n",
                         "127.0.0.1|-|plain"},
                    Case{"disagree_on_the_scheme",
                         "Forwarded: for=1.2.3.4;proto=https\r\nX-Forwarded-For: 1.2.3.4\r\n"
                         "X-Forwarded-Proto: http\r\n",
                         "1.2.3.4|-|plain"},
                    Case{"disagree_the_other_way",
                         "Forwarded: for=1.2.3.4;proto=http\r\nX-Forwarded-For: 1.2.3.4\r\n"
                         "X-Forwarded-Proto: https\r\n",
                         "1.2.3.4|-|plain"},
                    Case{"one_says_no_node",
                         "Forwarded: proto=https\r\nX-Forwarded-For: 1.2.3.4\r\n",
                         "1.2.3.4|-|secure"}),
    [](const auto& row) { return row.param.name; });

TEST_F(Conformance, ForwardedFieldsOfAnUnknownPeerMeanNothing) {
  options.trusted_proxies = {"10.0.0.0/8"};
  start();

  for (const std::string fields : {"Forwarded: for=1.2.3.4;proto=https\r\n",
                                   "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\n"}) {
    EXPECT_EQ(ask(get("/echo", fields)).body, "/echo|127.0.0.1|-|plain");
  }
}

}  // namespace
}  // namespace weike::server
