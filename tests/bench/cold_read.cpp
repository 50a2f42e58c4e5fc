// How long cached pages take while a cold file is streamed by the same I/O thread, and without it.
//
//   cold_read [--megabytes 1024] [--folder .] [--seconds 5]
//
// Prints the percentiles of both, and how much of the file the pool had to fetch.
#include "api/http/content.hpp"
#include "server/net/engine.hpp"
#include "tests/server/raw_client.hpp"

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

namespace weike::server {
namespace {

using Clock = std::chrono::steady_clock;

class OpenDoor final : public http::Gatekeeper {
 public:
  std::optional<http::Response> admit(const http::Route&, http::Request&) override { return {}; }
};

class ColdCounter final : public Observer {
 public:
  void on_reply(const ReplyRecord&) override {}
  void on_failure(std::string_view, std::string_view what) override {
    std::fprintf(stderr, "failure: %.*s\n", static_cast<int>(what.size()), what.data());
  }
  void on_event(NetEvent event, std::uint64_t amount) override {
    if (event == NetEvent::cold_read) bytes += amount;
  }
  void on_notice(std::string_view what) override {
    std::fprintf(stderr, "notice: %.*s\n", static_cast<int>(what.size()), what.data());
  }
  std::atomic<std::uint64_t> bytes = 0;
};

std::shared_ptr<const storage::OpenFile> make_cold_file(const std::filesystem::path& path,
                                                        std::uint64_t megabytes) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  std::string block(std::size_t{1} << 20, 'x');
  for (std::uint64_t i = 0; i < megabytes; ++i) {
    if (::write(descriptor, block.data(), block.size()) < 0) return nullptr;
  }
  ::fsync(descriptor);
  ::posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED);
  return std::make_shared<const storage::OpenFile>(descriptor, megabytes << 20);
}

http::Route hot_route(std::string pattern, http::HotHandler hot) {
  http::Route route;
  route.pattern = std::move(pattern);
  route.gate = http::Gate::open;
  route.hot = std::move(hot);
  route.handler = [](http::Request&) { return http::Response{}; };
  return route;
}

// Microseconds of each page until `is_over`.
std::vector<double> ask_for_pages(std::uint16_t port, const std::function<bool()>& is_over) {
  std::vector<double> taken;
  RawClient client(port);
  while (!is_over()) {
    const auto begin = Clock::now();
    client.send("GET /page HTTP/1.1\r\nHost: a\r\n\r\n");
    if (!client.read_reply()) break;
    taken.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
  }
  std::sort(taken.begin(), taken.end());
  return taken;
}

void print(const char* what, const std::vector<double>& taken) {
  if (taken.empty()) return;
  const auto at = [&](double share) {
    return taken[static_cast<std::size_t>(share * static_cast<double>(taken.size() - 1))];
  };
  std::printf("%-22s %8zu pages  p50 %7.0f us  p99 %7.0f us  p99.9 %7.0f us  max %7.0f us\n", what,
              taken.size(), at(0.5), at(0.99), at(0.999), taken.back());
}

int run(std::uint64_t megabytes, const std::string& folder, int seconds) {
  const auto path = std::filesystem::path(folder) / "cold_read.bin";
  const auto file = make_cold_file(path, megabytes);
  std::filesystem::remove(path);
  if (!file) return 1;

  http::ContentTraits traits;
  traits.type = "application/json";
  traits.etag = "\"1\"";
  traits.caching = {"private, no-cache"};
  const http::Content page(std::make_shared<const std::string>(12'000, 'p'), traits);
  http::Router router;
  router.add(hot_route("/page", [&](const http::RequestHead& head) {
    return page.answer_from_memory({head.method});
  }));
  router.add(hot_route("/file", [&](const http::RequestHead&) -> std::optional<http::Response> {
    http::Response response;
    response.body = http::FileBody{file, 0, file->size_bytes(), nullptr};
    return response;
  }));
  OpenDoor door;
  ColdCounter observer;
  NetOptions options;
  options.port = 0;
  options.io_threads = 1;
  auto engine = Engine::open(options, router, door, observer);
  if (!engine) return 1;
  (*engine)->start();
  const auto port = (*engine)->port();

  const auto end = Clock::now() + std::chrono::seconds(seconds);
  const auto alone = ask_for_pages(port, [&] { return Clock::now() >= end; });
  std::atomic<bool> is_streamed = false;
  std::uint64_t received = 0;
  const auto begin = Clock::now();
  std::thread reader([&] {
    RawClient client(port);
    client.send("GET /file HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    while (true) {
      const auto bytes = client.read_bytes(std::size_t{1} << 20);
      if (bytes.empty()) break;
      received += bytes.size();
    }
    is_streamed = true;
  });
  const auto beside = ask_for_pages(port, [&] { return is_streamed.load(); });
  reader.join();
  const auto taken = std::chrono::duration<double>(Clock::now() - begin).count();

  print("pages alone", alone);
  print("beside a cold stream", beside);
  std::printf("streamed %llu MB in %.1f s; the pool fetched %llu MB\n",
              static_cast<unsigned long long>(received >> 20), taken,
              static_cast<unsigned long long>(observer.bytes >> 20));
  return 0;
}

}  // namespace
}  // namespace weike::server

int main(int count, char** arguments) {
  CLI::App app("Pages beside a cold stream");
  std::uint64_t megabytes = 1024;
  std::string folder = ".";
  int seconds = 5;
  app.add_option("--megabytes", megabytes)->check(CLI::Range(1, 8192));
  app.add_option("--folder", folder);
  app.add_option("--seconds", seconds)->check(CLI::Range(1, 60));
  CLI11_PARSE(app, count, arguments);
  return weike::server::run(megabytes, folder, seconds);
}
