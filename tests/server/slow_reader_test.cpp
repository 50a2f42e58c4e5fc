#include "tests/server/engine_fixture.hpp"

namespace weike::server {
namespace {

using namespace std::chrono_literals;

class SlowReader : public EngineTest {
 protected:
  SlowReader() {
    file_bytes = 400'000;
    options.send_buffer_bytes = 1'000'000;  // The kernel takes all of that.
  }

  RawClient slow_client() { return RawClient(engine->port(), 16'384); }
  // Reads until nothing more comes, `bytes` in each 10 ms at most.
  static std::size_t read_slowly(RawClient& client, std::size_t bytes) {
    std::size_t read = 0;
    while (true) {
      const std::string part = client.read_bytes(bytes, 300ms);
      read += part.size();
      if (part.size() < bytes) return read;
      std::this_thread::sleep_for(10ms);
    }
  }
  std::size_t replies() {
    const std::lock_guard lock(observer.mutex);
    return observer.statuses.size();
  }
  // Of /late-file, a file whose handler waits while calls are held.
  http::Route late_file() {
    http::Route route;
    route.pattern = "/late-file";
    route.gate = http::Gate::open;
    route.handler = [this](http::Request&) {
      held_calls.wait();
      http::Response response;
      response.body = http::FileBody{file, 0, file_bytes, permit};
      return response;
    };
    return route;
  }
};

TEST_F(SlowReader, OfWhatTheKernelHasIsNotIdle) {
  options.idle_deadline = 60ms;
  start();
  RawClient client = slow_client();
  client.send(get("/file"));

  EXPECT_GT(read_slowly(client, 8'000), file_bytes);
}

TEST_F(SlowReader, WhoStopsIsCutThoughTheKernelHasItAll) {
  options.idle_deadline = 60ms;
  start();
  RawClient client = slow_client();
  client.send(get("/file"));
  ASSERT_EQ(client.read_bytes(1000).size(), 1000U);

  EXPECT_TRUE(wait_until([&] { return engine->connections() == 0; }));
}

// The kernel takes more only when a third of its buffer is free.
TEST_F(SlowReader, KeepsTheMinimumRateByWhatItReads) {
  options.send_buffer_bytes = 256 * 1024;
  options.rate_window = 100ms;
  options.minimum_rate = 10'000;
  file_bytes = 10'000'000;
  start();
  for (const std::string path : {"/file", "/hot-file"}) {
    RawClient client = slow_client();
    client.send(get(path));
    for (int i = 0; i < 40; ++i) {
      ASSERT_EQ(client.read_bytes(2'000).size(), 2'000U) << path << ", read " << i;
      std::this_thread::sleep_for(10ms);
    }
  }
}

TEST_F(SlowReader, GetsTheLastAnswerWholeThoughARequestFollowedIt) {
  options.max_requests_per_connection = 1;
  held_calls.hold();
  router.add(late_file());
  start();
  RawClient client = slow_client();
  client.send(get("/late-file"));
  ASSERT_TRUE(held_calls.wait_for_call());
  client.send(get("/hello"));
  held_calls.let_go();

  EXPECT_GT(read_slowly(client, 20'000), file_bytes);
}

TEST_F(SlowReader, WhoAskedToCloseIsReachedByARecall) {
  start();
  for (const std::string path : {"/file", "/hot-file"}) {
    permit->is_on = true;
    RawClient client = slow_client();
    client.send(get(path, "Connection: close\r\n"));
    ASSERT_EQ(client.read_bytes(20'000).size(), 20'000U) << path;

    permit->is_on = false;
    ASSERT_TRUE(wait_until([&] { return engine->connections() == 0; })) << path;

    EXPECT_LT(client.read_bytes(file_bytes, 2s).size(), 200'000U) << path;
  }
}

TEST_F(SlowReader, OfSeveralFilesIsReachedByARecallOfTheFirst) {
  router.add(late_file());
  start();
  const auto first = permit;
  RawClient client = slow_client();
  client.send(get("/late-file"));
  ASSERT_EQ(client.read_bytes(20'000).size(), 20'000U);
  permit = std::make_shared<SwitchPermit>();
  client.send(get("/late-file"));
  ASSERT_TRUE(wait_until([&] { return replies() == 2; }));

  first->is_on = false;
  ASSERT_TRUE(wait_until([&] { return engine->connections() == 0; }));

  EXPECT_LT(client.read_bytes(2 * file_bytes, 2s).size(), 200'000U);
}

}  // namespace
}  // namespace weike::server
