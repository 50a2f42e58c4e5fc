#pragma once

#include "api/http/router.hpp"
#include "server/net/engine.hpp"
#include "tests/server/raw_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace weike::server {

// A request without a body, to the host "a".
std::string get(const std::string& target, const std::string& fields = "");
// Of this process.
std::size_t open_descriptors();

// Lets everybody in, or nobody.
class OpenGate : public http::Gatekeeper {
 public:
  std::optional<http::Response> admit(const http::Route&, http::Request&) override {
    ++asked;
    if (refuses_with == 0) return {};
    http::Response refused;
    refused.status = refuses_with;
    return refused;
  }
  int refuses_with = 0;
  std::atomic<int> asked = 0;
};

class CountingObserver : public Observer {
 public:
  struct Reply {
    std::string id;
    std::string target;
    std::string peer;
    std::uint64_t body_bytes = 0;
    Lane lane = Lane::hot;
  };

  void on_reply(const ReplyRecord& record) override {
    const std::lock_guard lock(mutex);
    last_reply = {std::string(record.request_id), std::string(record.target),
                  std::string(record.peer), record.body_bytes, record.lane};
    statuses.push_back(record.status);
    peers.emplace_back(record.peer);
    if (record.lane == Lane::hot) hot_threads.push_back(std::this_thread::get_id());
  }
  void on_failure(std::string_view, std::string_view what) override {
    const std::lock_guard lock(mutex);
    failures.emplace_back(what);
  }
  void on_event(NetEvent event, std::uint64_t amount) override {
    counts[static_cast<std::size_t>(event)] += amount;
    const std::lock_guard lock(mutex);
    if (event == NetEvent::cold_read) cold_threads.push_back(std::this_thread::get_id());
    ++heard;
    changed.notify_all();
  }

  std::uint64_t count(NetEvent event) const { return counts[static_cast<std::size_t>(event)]; }
  // How often the engine told of an event.
  std::uint64_t events();
  // Until there are more events than `before`, or `limit` has passed.
  void wait_for_event(std::uint64_t before, std::chrono::milliseconds limit);

  std::mutex mutex;
  std::condition_variable changed;
  std::uint64_t heard = 0;
  Reply last_reply;
  std::vector<int> statuses;
  std::vector<std::string> peers;
  std::vector<std::string> failures;
  std::vector<std::thread::id> hot_threads;   // That answered,
  std::vector<std::thread::id> cold_threads;  // and that read what was not in memory.
  std::array<std::atomic<std::uint64_t>, kNetEvents> counts{};
};

class SwitchPermit : public http::Permit {
 public:
  bool holds() const override { return is_on; }
  std::atomic<bool> is_on = true;
};

// Calls of /held, which wait while the test holds them.
class HeldCalls {
 public:
  void hold();
  void let_go();
  // In the handler.
  void wait();
  // In the test: true once a call has come since `hold`.
  bool wait_for_call();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_held_ = false;
  bool has_come_ = false;
};

// What a streamed upload did, seen from the test.
struct UploadTrace {
  std::mutex mutex;
  std::condition_variable changed;
  std::string bytes;
  std::size_t first_write = 0;
  std::size_t largest_write = 0;
  std::size_t seen = 0;
  std::function<void()> interrupt;
  std::optional<http::BodyEnd> end;
  bool fails_writes = false;
  bool holds_writes = false;  // As a disk that does not answer; until `let_go`.

  bool wait_for_bytes(std::size_t count);
  // What was given to `write` so far, also while that is held.
  std::size_t seen_bytes();
  void let_go();
  std::optional<http::BodyEnd> wait_for_end();
};

// An event source the test feeds.
class TestSource : public http::EventSource {
 public:
  void on_ready(std::function<void()> wake) override;
  std::optional<std::string> take() override;
  void feed(std::string block);
  void end();

 private:
  std::mutex mutex_;
  std::function<void()> wake_;
  std::string pending_;
  bool is_over_ = false;
};

// An engine on one thread with a route for each kind of answer, on a free port of loopback.
class EngineTest : public testing::Test {
 protected:
  EngineTest();
  ~EngineTest() override;

  void start();  // With `options` and the routes as they are.
  RawClient connect() { return RawClient(engine->port()); }
  // Looks again whenever the engine tells of an event, and now and then, for what it does not tell.
  bool wait_until(const std::function<bool()>& condition);
  // How much a slow reader of `path` still gets when the permit is revoked in the middle: what lies
  // in its own kernel buffer may come, the server's is dropped.
  std::size_t bytes_after_revocation(const std::string& path);
  // A file of `size` bytes in a pattern that shows where a byte belongs.
  std::shared_ptr<const storage::OpenFile> make_file(std::size_t size);
  static char pattern(std::size_t offset) { return static_cast<char>('a' + offset % 23); }

  NetOptions options;
  http::Router router;
  OpenGate gate;
  CountingObserver observer;
  std::shared_ptr<SwitchPermit> permit = std::make_shared<SwitchPermit>();
  std::shared_ptr<const storage::OpenFile> file;
  std::size_t file_bytes = 3'000'000;
  std::shared_ptr<UploadTrace> upload = std::make_shared<UploadTrace>();
  std::shared_ptr<TestSource> source = std::make_shared<TestSource>();
  HeldCalls held_calls;
  std::unique_ptr<Engine> engine;

 private:
  void add_routes();
};

}  // namespace weike::server
