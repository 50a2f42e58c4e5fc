#include "server/net/chunk_decoder.hpp"
#include "server/net/head_scan.hpp"
#include "server/net/request_head.hpp"
#include "tests/server/conformance/conformance_fixture.hpp"

#include <array>

namespace weike::server {
namespace {

// However the bytes of requests are cut, the answers are the same.
class Fragments : public Conformance {
 protected:
  void expect_answers(RawClient& client, const std::string& hint) {
    EXPECT_EQ(client.read_reply()->body, "hhhhhh") << hint;
    EXPECT_EQ(client.read_reply()->body, "abcde") << hint;
    EXPECT_EQ(client.read_reply()->body, "xyz") << hint;
    EXPECT_EQ(client.read_reply()->body, "hello") << hint;
  }

  const std::string requests = "\r\n" + get("/hot", "X: y\r\n") +
                               post_chunked("3;a=b\r\nabc\r\n2 ;c\r\nde\r\n0\r\nX-Sum: 7\r\n\r\n") +
                               post("Content-Length: 3\r\n", "xyz") + get("/h%65llo?q=%20");
};

TEST_F(Fragments, OfOneByte) {
  start();
  RawClient client = connect();

  for (const char byte : requests) {
    client.send({&byte, 1});
    settle();
  }

  expect_answers(client, "in single bytes");
}

TEST_F(Fragments, TwoCutAnywhere) {
  start();
  for (std::size_t cut = 1; cut < requests.size(); ++cut) {
    RawClient client = connect();
    client.send(std::string_view(requests).substr(0, cut));
    settle();
    client.send(std::string_view(requests).substr(cut));

    expect_answers(client, "cut at " + std::to_string(cut));
  }
}

TEST_F(Fragments, OfEverySize) {
  start();
  for (std::size_t size = 2; size < 40; ++size) {
    RawClient client = connect();
    for (std::size_t at = 0; at < requests.size(); at += size) {
      client.send(std::string_view(requests).substr(at, size));
      settle();
    }

    expect_answers(client, "in pieces of " + std::to_string(size));
  }
}

TEST_F(Fragments, OfAMalformedHeadAreRefusedTheSame) {
  start();
  const std::string request = "GET /hello HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n" + get("/hello");
  for (std::size_t cut = 1; cut < request.size(); ++cut) {
    RawClient client = connect();
    client.send(std::string_view(request).substr(0, cut));
    settle();
    client.send(std::string_view(request).substr(cut));

    EXPECT_EQ(client.read_reply()->status, 400) << cut;
    EXPECT_EQ(client.read_bytes(1), "") << cut;
  }
}

TEST(HeadScanBytes, ControlCharactersAreFoundAtAnyPlaceAndNothingElseIs) {
  for (int value = 0; value < 256; ++value) {
    const auto byte = static_cast<char>(value);
    if (byte == '\n' || byte == '\r') continue;  // They end lines.
    const bool is_control = (value < 0x20 && byte != '\t') || value == 0x7F;
    for (std::size_t place = 0; place < 20; ++place) {
      std::string line = "X: abcdefghijklmnopqrstuvwxyz";
      line[3 + place] = byte;

      const auto scan = scan_head("GET / HTTP/1.1\r\n" + line + "\r\n\r\n");

      EXPECT_EQ(scan.state, is_control ? HeadScan::State::malformed : HeadScan::State::complete)
          << value << " at " << place;
    }
  }
}

TEST(HeadScanFragments, NoPrefixOfAHeadIsCompleteOrMalformed) {
  const std::string head = "\r\n\r\n" + get("/hello", "X: y\r\n");
  for (std::size_t length = 0; length < head.size(); ++length) {
    EXPECT_EQ(scan_head(std::string_view(head).substr(0, length)).state,
              HeadScan::State::incomplete)
        << length;
  }
  EXPECT_EQ(scan_head(head + "GET").end, head.size());
}

TEST(ChunkDecoderFragments, GiveTheSameBytes) {
  const std::string coded =
      "3;a=\"b\"\r\nabc\r\nA \t;c\r\n0123456789\r\n0;d\r\nX-Sum: 7\r\nY:\r\n\r\n";
  for (std::size_t first = 0; first <= coded.size(); ++first) {
    for (std::size_t second = first; second <= coded.size(); ++second) {
      ChunkDecoder decoder;
      std::string body;
      const std::array pieces{coded.substr(0, first), coded.substr(first, second - first),
                              coded.substr(second) + "GET /"};
      for (std::string piece : pieces) {
        const ChunkDecoder::Step step = decoder.decode(piece);
        body.append(piece, 0, step.produced);
        ASSERT_FALSE(decoder.is_bad()) << first << ' ' << second;
      }
      ASSERT_TRUE(decoder.is_done());
      ASSERT_EQ(body, "abc0123456789") << first << ' ' << second;
    }
  }
}

}  // namespace
}  // namespace weike::server
