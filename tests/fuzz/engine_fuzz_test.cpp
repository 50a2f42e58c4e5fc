#include "tests/fuzz/mutator.hpp"
#include "tests/server/engine_fixture.hpp"

#include <algorithm>
#include <charconv>
#include <random>

// Hostile variants of pipelines against a whole engine. What is right is not known here; what must
// hold for any bytes is: one answer at most for each request, every byte of the answers in its
// place, and the same answers however the bytes are cut.
namespace weike::fuzz {
namespace {

using namespace std::chrono_literals;

const std::vector<std::string> kPipelines{
    "GET /hot HTTP/1.1\r\nHost: a\r\n\r\nGET /hello HTTP/1.1\r\nHost: a:80\r\nX: y\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\n\r\nGET / HTTP/1"
    "GET /echo?q=a%20b HTTP/1.1\r\nHost: [::1]\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    "5;a=b\r\nhello\r\nA\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n"
    "GET /hot HTTP/1.1\r\nHost: a\r\nIf-None-Match: \"1\"\r\n\r\n",
    "PUT /upload HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc"
    "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET http://a/hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
    "DELETE /hello HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "\r\nPOST /patched HTTP/1.1\r\nHost: a\r\nX-HTTP-Method-Override: PATCH\r\n"
    "Content-Length: 0\r\nConnection: te, close\r\n\r\nGET /hot HTTP/1.1\r\nHost: a\r\n\r\n",
};

struct Answer {
  int status = 0;
  std::size_t length = 0;
  bool operator==(const Answer&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Answer& answer) {
  return out << answer.status << '+' << answer.length;
}

std::size_t content_length_of(std::string_view head) {
  constexpr std::string_view kName = "\r\nContent-Length: ";
  const auto at = head.find(kName);
  std::size_t length = 0;
  if (at != std::string_view::npos) {
    std::from_chars(head.data() + at + kName.size(), head.data() + head.size(), length);
  }
  return length;
}

// All final answers in the bytes; nothing if they are not answers from the first byte to the last.
std::optional<std::vector<Answer>> answers_in(std::string_view bytes) {
  std::vector<Answer> answers;
  while (!bytes.empty()) {
    const auto end = bytes.find("\r\n\r\n");
    if (!bytes.starts_with("HTTP/1.1 ") || end == std::string_view::npos) return std::nullopt;
    Answer answer;
    std::from_chars(bytes.data() + 9, bytes.data() + 12, answer.status);
    answer.length = content_length_of(bytes.substr(0, end));
    if (bytes.size() < end + 4 + answer.length) return std::nullopt;
    bytes.remove_prefix(end + 4 + answer.length);
    if (answer.status != 100) answers.push_back(answer);
  }
  return answers;
}

// Each request that is understood holds this once; one that is not ends the connection.
std::size_t most_answers(std::string_view bytes) {
  std::size_t count = 1;
  for (auto at = bytes.find("HTTP/1."); at != std::string_view::npos;
       at = bytes.find("HTTP/1.", at + 1)) {
    ++count;
  }
  return count;
}

class EngineFuzz : public server::EngineTest {
 protected:
  // What is answered to bytes sent in pieces of `next_size`, until the engine closes.
  template <class NextSize>
  std::string run(std::string_view bytes, NextSize next_size) {
    server::RawClient client = connect();
    while (!bytes.empty()) {
      const auto piece = bytes.substr(0, next_size());
      client.send(piece);
      bytes.remove_prefix(piece.size());
    }
    client.shut_down_sending();
    std::string answers = client.read_bytes(100'000'000, 10s);
    EXPECT_TRUE(client.is_closed_within(10s)) << "a connection stays open behind its client";
    return answers;
  }
};

TEST_F(EngineFuzz, PipelinesAreAnsweredTheSameHoweverTheyAreCut) {
  start();
  Mutator pipelines(kPipelines, 20'261'127);
  std::mt19937 random(7);
  const auto any_size = [&] { return std::uniform_int_distribution<std::size_t>(1, 60)(random); };
  const auto rounds = Mutator::rounds() / 50;
  for (std::size_t i = 0; i < rounds; ++i) {
    const std::string bytes = pipelines.next() + "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

    const auto at_once = answers_in(run(bytes, [] { return std::string_view::npos; }));
    const auto in_bytes = answers_in(run(bytes, [] { return std::size_t{1}; }));
    const auto in_pieces = answers_in(run(bytes, any_size));

    ASSERT_TRUE(at_once && in_bytes && in_pieces) << "out of step: " << bytes;
    ASSERT_LE(at_once->size(), most_answers(bytes)) << bytes;
    ASSERT_EQ(*at_once, *in_bytes) << bytes;
    ASSERT_EQ(*at_once, *in_pieces) << bytes;
  }
  ASSERT_TRUE(wait_until([&] { return engine->connections() == 0; }));
}

TEST_F(EngineFuzz, HonestPipelinesAreAnsweredInFull) {
  start();
  const std::size_t wanted[] = {2, 2, 2, 2, 2, 1};
  for (std::size_t i = 0; i < kPipelines.size(); ++i) {
    const auto answers = answers_in(run(kPipelines[i], [] { return std::string_view::npos; }));

    ASSERT_TRUE(answers) << kPipelines[i];
    EXPECT_EQ(answers->size(), wanted[i]) << kPipelines[i];
  }
}

}  // namespace
}  // namespace weike::fuzz
