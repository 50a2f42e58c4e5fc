#include "tests/server/engine_fixture.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <iterator>
#include <stdexcept>
#include <thread>

namespace weike::server {
namespace {

using namespace std::chrono_literals;

// Longer than anything takes under a sanitizer on a busy machine.
constexpr auto kPatience = 20s;

http::Route route(http::Method method, std::string pattern, http::Handler handler) {
  http::Route made;
  made.method = method;
  made.pattern = std::move(pattern);
  made.gate = http::Gate::open;
  made.handler = std::move(handler);
  return made;
}

http::Response text_response(std::string body) {
  http::Response response;
  response.headers.add("Content-Type", "text/plain");
  response.body = std::move(body);
  return response;
}

class TraceSink : public http::BodySink {
 public:
  explicit TraceSink(std::shared_ptr<UploadTrace> trace) : trace_(std::move(trace)) {}

  void attach(std::function<void()> interrupt) override {
    const std::lock_guard lock(trace_->mutex);
    trace_->interrupt = std::move(interrupt);
  }
  Result<> write(std::span<const std::byte> bytes) override {
    std::unique_lock lock(trace_->mutex);
    trace_->seen += bytes.size();
    trace_->changed.wait(lock, [&] { return !trace_->holds_writes; });
    if (trace_->fails_writes) return Error{ErrorCode::out_of_space, "full"};
    trace_->bytes.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (trace_->first_write == 0) trace_->first_write = bytes.size();
    trace_->largest_write = std::max(trace_->largest_write, bytes.size());
    trace_->changed.notify_all();
    return {};
  }
  http::Response finish(http::BodyEnd end) override {
    const std::lock_guard lock(trace_->mutex);
    trace_->end = end;
    trace_->changed.notify_all();
    http::Response response = text_response(std::to_string(trace_->bytes.size()));
    if (end == http::BodyEnd::interrupted) response.status = 423;
    return response;
  }

 private:
  std::shared_ptr<UploadTrace> trace_;
};

}  // namespace

std::string get(const std::string& target, const std::string& fields) {
  return "GET " + target + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

std::size_t open_descriptors() {
  const auto entries = std::filesystem::directory_iterator("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

std::uint64_t CountingObserver::events() {
  const std::lock_guard lock(mutex);
  return heard;
}

void CountingObserver::wait_for_event(std::uint64_t before, std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex);
  changed.wait_for(lock, limit, [&] { return heard > before; });
}

void HeldCalls::hold() {
  const std::lock_guard lock(mutex_);
  is_held_ = true;
  has_come_ = false;
}

void HeldCalls::let_go() {
  const std::lock_guard lock(mutex_);
  is_held_ = false;
  changed_.notify_all();
}

void HeldCalls::wait() {
  std::unique_lock lock(mutex_);
  has_come_ = true;
  changed_.notify_all();
  changed_.wait(lock, [&] { return !is_held_; });
}

bool HeldCalls::wait_for_call() {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return has_come_; });
}

bool UploadTrace::wait_for_bytes(std::size_t count) {
  std::unique_lock lock(mutex);
  return changed.wait_for(lock, kPatience, [&] { return bytes.size() >= count; });
}

std::size_t UploadTrace::seen_bytes() {
  const std::lock_guard lock(mutex);
  return seen;
}

void UploadTrace::let_go() {
  const std::lock_guard lock(mutex);
  holds_writes = false;
  changed.notify_all();
}

std::optional<http::BodyEnd> UploadTrace::wait_for_end() {
  std::unique_lock lock(mutex);
  changed.wait_for(lock, kPatience, [&] { return end.has_value(); });
  return end;
}

void TestSource::on_ready(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  wake_ = std::move(wake);
}

std::optional<std::string> TestSource::take() {
  const std::lock_guard lock(mutex_);
  if (pending_.empty() && is_over_) return std::nullopt;
  return std::exchange(pending_, {});
}

void TestSource::feed(std::string block) {
  const std::lock_guard lock(mutex_);
  pending_ += block;
  if (wake_) wake_();
}

void TestSource::end() {
  const std::lock_guard lock(mutex_);
  is_over_ = true;
  if (wake_) wake_();
}

EngineTest::EngineTest() {
  options.port = 0;
  options.io_threads = 1;
  options.pool_threads = 2;
  options.sweep = 20ms;
  options.stop_grace = 2s;
  options.linger = 300ms;
}

EngineTest::~EngineTest() {
  held_calls.let_go();
  upload->let_go();
  if (engine) engine->stop();
}

void EngineTest::start() {
  file = make_file(file_bytes);
  add_routes();
  auto opened = Engine::open(options, router, gate, observer);
  ASSERT_TRUE(opened) << opened.error().message;
  engine = std::move(*opened);
  engine->start();
}

std::size_t EngineTest::bytes_after_revocation(const std::string& path) {
  permit->is_on = true;
  RawClient client(engine->port(), 16'384);
  client.send(get(path));
  EXPECT_EQ(client.read_bytes(100'000).size(), 100'000U) << path;
  permit->is_on = false;
  EXPECT_TRUE(wait_until([&] { return engine->connections() == 0; })) << path;
  return client.read_bytes(100'000'000, std::chrono::seconds{2}).size();
}

bool EngineTest::wait_until(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (true) {
    const std::uint64_t before = observer.events();
    if (condition()) return true;
    if (std::chrono::steady_clock::now() > end) return false;
    observer.wait_for_event(before, 10ms);
  }
}

std::shared_ptr<const storage::OpenFile> EngineTest::make_file(std::size_t size) {
  const int descriptor = ::memfd_create("body", MFD_CLOEXEC);
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = pattern(i);
  for (std::size_t done = 0; done < size;) {
    const ssize_t written = ::write(descriptor, bytes.data() + done, size - done);
    if (written <= 0) throw std::runtime_error("cannot fill the file");
    done += static_cast<std::size_t>(written);
  }
  return std::make_shared<const storage::OpenFile>(descriptor, size);
}

void EngineTest::add_routes() {
  using http::Method;
  router.add(route(Method::get, "/hello", [](http::Request&) { return text_response("hello"); }));
  router.add(route(Method::post, "/echo",
                   [](http::Request& request) { return text_response(request.body); }));
  router.add(route(Method::get, "/echo", [](http::Request& request) {
    return text_response(request.path + "|" + request.peer + "|" +
                         std::string(request.query_value("q").value_or("-")) +
                         (request.is_secure ? "|secure" : "|plain"));
  }));
  router.add(
      route(Method::patch, "/patched", [](http::Request&) { return text_response("patched"); }));
  router.add(route(Method::get, "/throws", [](http::Request&) -> http::Response {
    throw std::runtime_error("secret detail");
  }));
  router.add(route(Method::get, "/held", [this](http::Request&) {
    held_calls.wait();
    return text_response("released");
  }));
  router.add(route(Method::get, "/split", [](http::Request&) {
    http::Response response = text_response("x");
    response.headers.add("X-Odd", "a\r\nSet-Cookie: evil=1");
    return response;
  }));
  http::Route hot =
      route(Method::get, "/hot", [](http::Request&) { return text_response("cold"); });
  hot.hot = [](const http::RequestHead& head) -> std::optional<http::Response> {
    if (head.query == "miss") return std::nullopt;
    if (head.query == "throw") throw std::runtime_error("hot failure");
    http::Response response;
    const auto size = head.query == "big" ? std::size_t{2'000'000} : std::size_t{6};
    response.body = std::make_shared<const std::string>(size, 'h');
    if (head.if_none_match == "\"1\"") response.status = 304;
    return response;
  };
  router.add(hot);
  http::Route media = route(Method::get, "/file", [this](http::Request&) {
    http::Response response;
    response.body = http::FileBody{file, 0, file->size_bytes(), permit};
    return response;
  });
  router.add(media);
  media.pattern = "/hot-file";
  media.hot = [this](const http::RequestHead&) -> std::optional<http::Response> {
    http::Response response;
    response.body = http::FileBody{file, 10, file->size_bytes() - 10, permit};
    return response;
  };
  router.add(media);
  router.add(route(Method::get, "/events", [this](http::Request&) {
    http::Response response;
    response.headers.add("Content-Type", "text/event-stream");
    response.body = std::shared_ptr<http::EventSource>(source);
    return response;
  }));
  http::Route stream;
  stream.method = Method::put;
  stream.pattern = "/upload";
  stream.gate = http::Gate::open;
  stream.stream = [this](http::Request& request) -> http::StreamAnswer {
    if (request.query_value("refuse")) {
      http::Response response = text_response("no");
      response.status = 413;
      return response;
    }
    return std::make_unique<TraceSink>(upload);
  };
  router.add(stream);
}

}  // namespace weike::server
