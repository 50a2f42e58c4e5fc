#include "tests/server/engine_fixture.hpp"

namespace weike::server {
namespace {

using namespace std::chrono_literals;
using Part = http::PartsBody::Part;

// Gives the parts of a list, then its end.
class ListedParts : public http::PartsBody {
 public:
  ListedParts(std::vector<Part> parts, std::uint64_t length)
      : parts_(std::move(parts)), length_(length) {}

  Result<std::optional<Part>> next() override {
    ++asked;
    if (asked == fails_at) return Error{ErrorCode::unavailable, "the disk is gone"};
    if (asked == throws_at) throw std::runtime_error("no such part");
    if (taken_ == parts_.size()) return std::optional<Part>();
    return std::optional<Part>(parts_[taken_++]);
  }
  std::uint64_t length_bytes() const override { return length_; }

  int fails_at = 0;
  int throws_at = 0;
  std::atomic<int> asked = 0;

 private:
  const std::vector<Part> parts_;
  std::size_t taken_ = 0;
  const std::uint64_t length_;
};

class PartsBodies : public EngineTest {
 protected:
  PartsBodies() {
    http::Route route;
    route.pattern = "/parts";
    route.gate = http::Gate::open;
    route.handler = [this](http::Request&) {
      const std::lock_guard lock(mutex);
      http::Response response;
      body = make_body();
      response.body = std::shared_ptr<http::PartsBody>(body);
      return response;
    };
    router.add(std::move(route));
  }

  Part bytes(std::string text) const {
    return std::make_shared<const std::string>(std::move(text));
  }
  Part stretch(std::uint64_t offset, std::uint64_t length) const {
    return http::FileBody{file, offset, length, permit};
  }
  static std::string expected(std::size_t offset, std::size_t length) {
    std::string text(length, '\0');
    for (std::size_t i = 0; i < length; ++i) text[i] = pattern(offset + i);
    return text;
  }
  // What arrives until the server closes, behind the head.
  std::string body_until_close(RawClient& client) {
    const auto all = client.read_bytes(10'000'000, 5s);
    const auto head_end = all.find("\r\n\r\n");
    return head_end == std::string::npos ? "" : all.substr(head_end + 4);
  }

  // From here on each request gets one of these.
  void answer_with(std::function<std::shared_ptr<ListedParts>()> make) {
    const std::lock_guard lock(mutex);
    make_body = std::move(make);
  }
  int parts_asked() {
    const std::lock_guard lock(mutex);
    return body ? body->asked.load() : 0;
  }
  bool is_body_dropped() {
    const std::lock_guard lock(mutex);
    return body.use_count() == 1;
  }

 private:
  std::mutex mutex;  // Guards what follows.
  std::function<std::shared_ptr<ListedParts>()> make_body;
  std::shared_ptr<ListedParts> body;
};

TEST_F(PartsBodies, ArriveInOrderAndTheConnectionGoesOn) {
  std::string whole = "head of it" + expected(5, 1'000'000);
  for (std::size_t i = 0; i < 60; ++i) whole += expected(i * 7'000, 6'000 + i) + std::to_string(i);
  const std::size_t length = whole.size();
  answer_with([this, length] {
    std::vector<Part> parts{bytes("head of it"), stretch(5, 1'000'000), stretch(0, 0)};
    for (std::size_t i = 0; i < 60; ++i) {
      parts.push_back(stretch(i * 7'000, 6'000 + i));
      parts.push_back(bytes(std::to_string(i)));
    }
    return std::make_shared<ListedParts>(parts, length);
  });
  start();
  RawClient client = connect();

  client.send(get("/parts") + get("/hello") + get("/parts"));

  for (const bool is_last : {false, true}) {
    const auto reply = client.read_reply();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->fields.at("content-length"), std::to_string(length));
    EXPECT_TRUE(reply->body == whole);
    if (!is_last) {
      EXPECT_EQ(client.read_reply()->body, "hello");
    }
  }
}

TEST_F(PartsBodies, HeadTellsTheLengthAndAsksForNoPart) {
  answer_with([this] { return std::make_shared<ListedParts>(std::vector<Part>{bytes("abc")}, 3); });
  start();
  RawClient client = connect();

  client.send("HEAD /parts HTTP/1.1\r\nHost: a\r\n\r\n" + get("/hello"));

  EXPECT_EQ(client.read_reply(true)->fields.at("content-length"), "3");
  EXPECT_EQ(client.read_reply()->body, "hello");
  EXPECT_EQ(parts_asked(), 0);
}

TEST_F(PartsBodies, AFailureClosesTheConnectionAndIsLogged) {
  for (const bool throws : {false, true}) {
    answer_with([this, throws] {
      auto made = std::make_shared<ListedParts>(std::vector<Part>{bytes("abc"), bytes("def")}, 6);
      (throws ? made->throws_at : made->fails_at) = 2;
      return made;
    });
    if (!engine) start();
    RawClient client = connect();

    client.send(get("/parts") + get("/hello"));

    EXPECT_EQ(body_until_close(client), "abc");
    EXPECT_TRUE(client.is_closed_within(2s));
  }
  const std::lock_guard lock(observer.mutex);
  EXPECT_EQ(observer.failures, (std::vector<std::string>{"the disk is gone", "no such part"}));
}

TEST_F(PartsBodies, AWrongSumClosesTheConnection) {
  answer_with([this] { return std::make_shared<ListedParts>(std::vector<Part>{bytes("abc")}, 4); });
  start();
  RawClient short_one = connect();
  short_one.send(get("/parts") + get("/hello"));
  EXPECT_EQ(body_until_close(short_one), "abc");

  answer_with([this] {
    return std::make_shared<ListedParts>(std::vector<Part>{bytes("abc"), stretch(0, 10)}, 12);
  });
  RawClient long_one = connect();
  long_one.send(get("/parts") + get("/hello"));
  EXPECT_EQ(body_until_close(long_one), "abc") << "never a byte beyond the length";
}

TEST_F(PartsBodies, AFileShorterThanPromisedClosesTheConnection) {
  file_bytes = 1000;
  answer_with([this] {
    return std::make_shared<ListedParts>(std::vector<Part>{stretch(0, 2000), bytes("abc")}, 2003);
  });
  start();
  RawClient client = connect();

  client.send(get("/parts"));

  EXPECT_EQ(body_until_close(client), expected(0, 1000));
}

TEST_F(PartsBodies, APermitRevokedMidwayClosesTheConnection) {
  file_bytes = 2'000'000;
  answer_with([this] {
    const std::vector<Part> parts(20, stretch(0, 2'000'000));
    return std::make_shared<ListedParts>(parts, 40'000'000);
  });
  start();
  RawClient client(engine->port(), 16'384);
  client.send(get("/parts"));
  ASSERT_EQ(client.read_bytes(100'000).size(), 100'000U);

  permit->is_on = false;
  ASSERT_TRUE(wait_until([&] { return engine->connections() == 0; }));

  EXPECT_LT(client.read_bytes(40'000'000, 2s).size(), 1'000'000U);
  EXPECT_LT(parts_asked(), 20);
}

TEST_F(PartsBodies, ClientsThatLeaveMidwayLeaveNothingBehind) {
  file_bytes = 2'000'000;
  answer_with([this] {
    const std::vector<Part> parts(20, stretch(0, 2'000'000));
    return std::make_shared<ListedParts>(parts, 40'000'000);
  });
  start();
  for (int round = 0; round < 10; ++round) {
    RawClient client = connect();
    client.send(get("/parts"));
    client.read_bytes(1000);
    round % 2 == 0 ? client.reset() : client.close();
  }

  EXPECT_TRUE(wait_until([&] { return engine->connections() == 0 && is_body_dropped(); }));
}

}  // namespace
}  // namespace weike::server
