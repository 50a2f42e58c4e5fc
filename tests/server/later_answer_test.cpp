#include "tests/server/engine_fixture.hpp"

#include <fstream>
#include <set>

namespace weike::server {
namespace {

using namespace std::chrono_literals;

// Where the fake answers wait for what a test says is made.
struct WaitingRoom {
  std::mutex mutex;
  std::vector<std::function<void()>> wakes;  // One for each that waits or ever waited.
  std::atomic<int> alive = 0;
  std::atomic<bool> is_made = false;

  int waiting() {
    const std::lock_guard lock(mutex);
    return static_cast<int>(wakes.size());
  }
  void wake_all() {
    const std::lock_guard lock(mutex);
    for (const auto& wake : wakes) wake();
  }
  void make() {
    is_made = true;
    wake_all();
  }
};

class RoomAnswer : public http::LaterAnswer {
 public:
  RoomAnswer(std::shared_ptr<WaitingRoom> room, Milliseconds patience)
      : room_(std::move(room)), patience_(patience) {
    ++room_->alive;
  }
  ~RoomAnswer() override { --room_->alive; }

  void on_ready(std::function<void()> wake) override {
    if (room_->is_made) wake();
    const std::lock_guard lock(room_->mutex);
    room_->wakes.push_back(std::move(wake));
  }
  std::chrono::milliseconds patience() const override { return patience_; }
  http::Response answer() override {
    http::Response response;
    response.status = room_->is_made ? 200 : 503;
    response.body = std::string(room_->is_made ? "made" : "not yet");
    return response;
  }

 private:
  const std::shared_ptr<WaitingRoom> room_;
  const Milliseconds patience_;
};

class BrokenAnswer final : public RoomAnswer {
 public:
  BrokenAnswer(std::shared_ptr<WaitingRoom> room, bool throws)
      : RoomAnswer(room, 1ms), room_(std::move(room)), throws_(throws) {}
  http::Response answer() override {
    if (throws_) throw std::runtime_error("secret detail");
    http::Response response;
    response.body = std::shared_ptr<http::LaterAnswer>(std::make_shared<RoomAnswer>(room_, 1ms));
    return response;
  }

 private:
  const std::shared_ptr<WaitingRoom> room_;
  const bool throws_;
};

int threads_of_process() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("Threads:")) return std::stoi(line.substr(8));
  }
  return -1;
}

class LaterAnswers : public EngineTest {
 protected:
  LaterAnswers() {
    add("/later", [this] { return std::make_shared<RoomAnswer>(room, patience); });
    add("/throws-later", [this] { return std::make_shared<BrokenAnswer>(room, true); });
    add("/late-again", [this] { return std::make_shared<BrokenAnswer>(room, false); });
  }

  template <class Make>
  void add(std::string pattern, Make make) {
    http::Route route;
    route.pattern = std::move(pattern);
    route.gate = http::Gate::open;
    route.hot = [](const http::RequestHead&) { return std::optional<http::Response>(); };
    route.handler = [make](http::Request&) {
      http::Response response;
      response.body = std::shared_ptr<http::LaterAnswer>(make());
      return response;
    };
    router.add(std::move(route));
  }

  bool wait_for(int waiting) {
    return wait_until([&] { return room->waiting() == waiting; });
  }

  std::shared_ptr<WaitingRoom> room = std::make_shared<WaitingRoom>();
  Milliseconds patience = 60s;
};

TEST_F(LaterAnswers, HundredsOfWaitersHoldNoThread) {
  constexpr int kWaiters = 600;
  start();
  RawClient other = connect();
  other.send(get("/hello"));
  ASSERT_TRUE(other.read_reply());
  const int threads = threads_of_process();
  std::vector<RawClient> waiters;
  for (int i = 0; i < kWaiters; ++i) waiters.emplace_back(engine->port());
  for (RawClient& waiter : waiters) waiter.send(get("/later"));
  ASSERT_TRUE(wait_for(kWaiters));

  other.send(get("/hello"));
  const auto meanwhile = other.read_reply();
  const int threads_meanwhile = threads_of_process();
  room->make();

  ASSERT_TRUE(meanwhile);
  EXPECT_EQ(meanwhile->body, "hello") << "the pool has two threads";
  EXPECT_EQ(threads_meanwhile, threads);
  for (RawClient& waiter : waiters) {
    const auto reply = waiter.read_reply();
    ASSERT_TRUE(reply);
    ASSERT_EQ(reply->body, "made");
  }
  EXPECT_TRUE(wait_until([&] { return room->alive == 0; }));
}

TEST_F(LaterAnswers, PatienceEndsTheWaitAndTheConnectionGoesOn) {
  patience = 30ms;
  start();
  RawClient client = connect();

  client.send(get("/later") + get("/hello"));

  EXPECT_EQ(client.read_reply()->status, 503);
  EXPECT_EQ(client.read_reply()->body, "hello");
}

TEST_F(LaterAnswers, AWakeDuringOnReadyCounts) {
  room->is_made = true;
  start();
  RawClient client = connect();

  client.send(get("/later"));

  EXPECT_EQ(client.read_reply()->body, "made");
}

TEST_F(LaterAnswers, NoDeadlineOfTheEngineEndsAWait) {
  options.handler_deadline = 60ms;
  options.idle_deadline = 60ms;
  options.head_deadline = 60ms;
  start();
  RawClient client = connect();
  client.send(get("/later"));
  ASSERT_TRUE(wait_for(1));
  // This one starts later and is expired by the handlers' deadline: the sweep has looked at both.
  held_calls.hold();
  RawClient held = connect();
  held.send(get("/held"));
  ASSERT_EQ(held.read_reply()->status, 504);
  held_calls.let_go();

  room->make();

  EXPECT_EQ(client.read_reply()->body, "made");
}

TEST_F(LaterAnswers, AClientThatLeavesIsDroppedAtOnceAndItsWakeFindsNobody) {
  start();
  for (const bool is_reset : {false, true}) {
    RawClient client = connect();
    client.send(get("/later"));
    ASSERT_TRUE(wait_until([&] { return room->alive == 1; }));

    is_reset ? client.reset() : client.close();

    EXPECT_TRUE(wait_until([&] { return room->alive == 0 && engine->connections() == 0; }));
  }
  room->make();
  RawClient alive = connect();
  alive.send(get("/hello"));
  EXPECT_EQ(alive.read_reply()->body, "hello");
}

TEST_F(LaterAnswers, WakesAfterTheEngineDiedAreNothing) {
  start();
  RawClient client = connect();
  client.send(get("/later"));
  ASSERT_TRUE(wait_for(1));

  engine->stop();
  engine.reset();
  room->make();

  EXPECT_EQ(room->alive, 0);
}

TEST_F(LaterAnswers, AStopEndsTheWaitWithAnAnswer) {
  start();
  RawClient client = connect();
  client.send(get("/later"));
  ASSERT_TRUE(wait_for(1));

  engine->stop();

  const auto reply = client.read_reply();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 503);
  EXPECT_EQ(reply->fields.at("connection"), "close");
  EXPECT_TRUE(client.is_closed_within(2s));
}

TEST_F(LaterAnswers, PipelinedRequestsWaitTheirTurn) {
  start();
  RawClient client = connect();
  client.send(get("/later") + get("/hello"));
  ASSERT_TRUE(wait_for(1));
  client.send("GET /echo?q=be");
  client.send("hind HTTP/1.1\r\nHost: a\r\n\r\n");

  room->make();

  EXPECT_EQ(client.read_reply()->body, "made");
  EXPECT_EQ(client.read_reply()->body, "hello");
  EXPECT_EQ(client.read_reply()->body, "/echo|127.0.0.1|behind|plain");
}

TEST_F(LaterAnswers, ABacklogOfPipelinedRequestsIsBoundedAndServed) {
  constexpr int kBehind = 4000;
  start();
  RawClient client = connect();
  client.send(get("/later"));
  ASSERT_TRUE(wait_for(1));
  std::string behind;
  for (int i = 0; i < kBehind; ++i) behind += get("/hot");
  client.send(behind);

  room->make();

  ASSERT_EQ(client.read_reply()->body, "made");
  for (int i = 0; i < kBehind; ++i) ASSERT_EQ(client.read_reply()->body, "hhhhhh") << i;
}

TEST_F(LaterAnswers, AClientWithABacklogThatResetsIsDroppedToo) {
  start();
  RawClient client = connect();
  client.send(get("/later"));
  ASSERT_TRUE(wait_for(1));
  std::string behind;
  for (int i = 0; i < 4000; ++i) behind += get("/hot");
  client.send(behind);

  client.reset();

  EXPECT_TRUE(wait_until([&] { return room->alive == 0 && engine->connections() == 0; }));
}

TEST_F(LaterAnswers, BrokenAnswersAreProblemsAndTheConnectionGoesOn) {
  start();
  RawClient client = connect();

  client.send(get("/throws-later") + get("/late-again") + get("/hello"));

  const auto thrown = client.read_reply();
  EXPECT_EQ(thrown->status, 500);
  EXPECT_THAT(thrown->body, testing::Not(testing::HasSubstr("secret")));
  EXPECT_EQ(client.read_reply()->status, 500);
  EXPECT_EQ(client.read_reply()->body, "hello");
  const std::lock_guard lock(observer.mutex);
  EXPECT_EQ(observer.failures.size(), 2U);
}

TEST_F(LaterAnswers, ClientsOfOldHttpWaitToo) {
  start();
  RawClient client = connect();
  client.send("HEAD /later HTTP/1.0\r\n\r\n");
  ASSERT_TRUE(wait_for(1));

  room->make();

  const auto reply = client.read_reply(true);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->fields.at("content-length"), "4");
  EXPECT_TRUE(client.is_closed_within(2s));
}

}  // namespace
}  // namespace weike::server
