#include "tests/server/engine_fixture.hpp"

namespace weike::server {
namespace {

using namespace std::chrono_literals;

// "head of it", and then the bytes of a file from some place on, over and over. What follows the
// head is closed until somebody opens it.
class Pieces final : public http::PiecedFile {
 public:
  static constexpr std::string_view kHead = "head of it";

  Pieces(std::shared_ptr<const storage::OpenFile> file, std::uint64_t from, std::uint64_t length,
         std::uint64_t times)
      : file_(std::move(file)), from_(from), length_(length), times_(times) {}

  std::uint64_t size_bytes() const { return kHead.size() + times_ * length_; }

  std::optional<Piece> at_hand(std::uint64_t at) const override {
    if (at < kHead.size()) return head_from(at);
    if (!is_open) return std::nullopt;
    return rest_from(at);
  }
  Result<Piece> open(std::uint64_t at) const override {
    const std::lock_guard lock(mutex);
    threads.push_back(std::this_thread::get_id());
    if (is_gone) return Error{ErrorCode::not_found, "erased"};
    is_open = true;
    return at < kHead.size() ? head_from(at) : rest_from(at);
  }

  mutable std::atomic<bool> is_open = false;
  std::atomic<bool> is_gone = false;
  mutable std::mutex mutex;
  mutable std::vector<std::thread::id> threads;  // That opened.

 private:
  Piece head_from(std::uint64_t at) const {
    const auto bytes = kHead.substr(static_cast<std::size_t>(at));
    return {bytes, nullptr, 0, bytes.size()};
  }
  Piece rest_from(std::uint64_t at) const {
    const auto skipped = (at - kHead.size()) % length_;
    return {{}, file_, from_ + skipped, length_ - skipped};
  }

  const std::shared_ptr<const storage::OpenFile> file_;
  const std::uint64_t from_;
  const std::uint64_t length_;
  const std::uint64_t times_;
};

class PiecedFiles : public EngineTest {
 protected:
  PiecedFiles() {
    http::Route route;
    route.pattern = "/film";
    route.gate = http::Gate::open;
    route.handler = [this](http::Request&) { return answer(); };
    router.add(route);
    route.pattern = "/hot-film";
    route.hot = [this](const http::RequestHead&) { return std::optional(answer()); };
    router.add(route);
  }

  http::Response answer() const {
    http::Response response;
    response.body = http::FileBody{nullptr, offset, length, permit, pieces};
    return response;
  }
  // `count` bytes from `begin` on of pieces of this file.
  void make(std::uint64_t from, std::uint64_t piece, std::uint64_t times) {
    pieces = std::make_shared<Pieces>(file, from, piece, times);
    offset = 0;
    length = pieces->size_bytes();
    whole = Pieces::kHead;
    for (std::uint64_t i = 0; i < times; ++i) {
      for (std::uint64_t k = from; k < from + piece; ++k) whole.push_back(pattern(k));
    }
  }

  std::shared_ptr<Pieces> pieces;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::string whole;
};

TEST_F(PiecedFiles, ArriveWholeOnBothLanesAndTheConnectionGoesOn) {
  file_bytes = 2'000'000;
  start();
  for (const auto& [piece, times] : {std::pair{5, 40}, {100'000, 30}, {1'500'000, 4}}) {
    make(7, static_cast<std::uint64_t>(piece), static_cast<std::uint64_t>(times));
    RawClient client = connect();

    client.send(get("/hot-film") + get("/film") + get("/hot-film") + get("/hello"));

    for (int i = 0; i < 3; ++i) {
      const auto reply = client.read_reply();
      ASSERT_TRUE(reply) << piece;
      EXPECT_EQ(reply->fields.at("content-length"), std::to_string(whole.size()));
      EXPECT_TRUE(reply->body == whole) << piece << ' ' << i;
    }
    EXPECT_EQ(client.read_reply()->body, "hello");
  }
}

TEST_F(PiecedFiles, AnyStretchArrives) {
  file_bytes = 10'000;
  start();
  make(3, 4'000, 5);
  RawClient client = connect();
  const std::uint64_t begins[] = {0, 4, 9, 10, 11, 4'009, 4'010, 9'000, whole.size() - 1};
  for (const auto begin : begins) {
    for (const std::uint64_t count : {1U, 2U, 3'999U, 4'000U, 8'001U, 100'000U}) {
      offset = begin;
      length = std::min<std::uint64_t>(count, whole.size() - begin);

      client.send(get("/hot-film"));

      const auto reply = client.read_reply();
      ASSERT_TRUE(reply) << begin << ' ' << count;
      EXPECT_TRUE(reply->body == whole.substr(begin, length)) << begin << ' ' << count;
    }
  }
}

TEST_F(PiecedFiles, HeadTellsTheLengthAndOpensNothing) {
  start();
  make(0, 1000, 3);
  RawClient client = connect();

  client.send("HEAD /hot-film HTTP/1.1\r\nHost: a\r\n\r\n" + get("/hello"));

  EXPECT_EQ(client.read_reply(true)->fields.at("content-length"), std::to_string(whole.size()));
  EXPECT_EQ(client.read_reply()->body, "hello");
  EXPECT_FALSE(pieces->is_open);
}

TEST_F(PiecedFiles, AreOpenedOnThePoolAndThenAtHand) {
  file_bytes = 100'000;
  start();
  make(0, 50'000, 4);
  RawClient client = connect();

  for (int i = 0; i < 3; ++i) {
    client.send(get("/hot-film"));
    ASSERT_TRUE(client.read_reply()->body == whole);
  }

  const std::lock_guard lock(pieces->mutex);
  EXPECT_EQ(pieces->threads.size(), 1U);
  const std::lock_guard heard(observer.mutex);
  EXPECT_THAT(observer.hot_threads, testing::Not(testing::Contains(pieces->threads.front())));
  EXPECT_EQ(observer.count(NetEvent::cold_read), 0U) << "it was in memory all along";
}

TEST_F(PiecedFiles, APieceThatIsGoneEndsTheConnectionBehindWhatWasThere) {
  start();
  for (const std::string path : {"/film", "/hot-film"}) {
    make(0, 1000, 3);
    pieces->is_gone = true;
    RawClient client = connect();

    client.send(get(path) + get("/hello"));

    const auto bytes = client.read_bytes(10'000, 5s);
    EXPECT_THAT(bytes, testing::EndsWith("\r\n\r\nhead of it")) << path;
    EXPECT_TRUE(client.is_closed_within(2s)) << path;
  }
}

TEST_F(PiecedFiles, APieceShorterThanItsFileSaysEndsTheConnection) {
  file_bytes = 1000;
  start();
  for (const std::string path : {"/film", "/hot-film"}) {
    make(0, 2000, 3);
    RawClient client = connect();

    client.send(get(path));

    EXPECT_TRUE(client.read_bytes(10'000, 5s).ends_with(whole.substr(0, 1010))) << path;
    EXPECT_TRUE(client.is_closed_within(2s)) << path;
  }
}

TEST_F(PiecedFiles, APermitRevokedMidwayStopsASlowReader) {
  file_bytes = 2'000'000;
  start();
  for (const std::string path : {"/film", "/hot-film"}) {
    make(0, 2'000'000, 20);

    EXPECT_LT(bytes_after_revocation(path), 1'000'000U) << path;
  }
}

TEST_F(PiecedFiles, ClientsThatLeaveMidwayLeaveNothingBehind) {
  file_bytes = 2'000'000;
  start();
  make(0, 2'000'000, 20);
  for (int round = 0; round < 10; ++round) {
    RawClient client = connect();
    client.send(get("/hot-film"));
    client.read_bytes(1000);
    round % 2 == 0 ? client.reset() : client.close();
  }

  EXPECT_TRUE(wait_until([&] { return engine->connections() == 0 && pieces.use_count() == 1; }));
}

}  // namespace
}  // namespace weike::server
