// How long cached pages take while a cold file is streamed by the same I/O thread, while one in
// memory is, and alone.
//
//   cold_read [--megabytes 1024] [--folder .] [--seconds 5]
//
// Prints the percentiles of all, and how much of the file the pool had to fetch. Fails when the 99
// % beside the cold stream are above those beside the warm one by more than the spread.
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

constexpr int kWarmStreams = 4;  // A warm one is over soon.
constexpr double kMost = 1.25;

// Of sorted times, at least one.
double percentile(const std::vector<double>& taken, double share) {
  return taken[static_cast<std::size_t>(share * static_cast<double>(taken.size() - 1))];
}

void print(const char* what, const std::vector<double>& taken) {
  std::printf("%-22s %8zu pages  p50 %7.0f us  p99 %7.0f us  p99.9 %7.0f us  max %7.0f us\n", what,
              taken.size(), percentile(taken, 0.5), percentile(taken, 0.99),
              percentile(taken, 0.999), taken.back());
}

struct Beside {
  std::vector<double> pages;  // As `ask_for_pages` gives them.
  std::uint64_t received = 0;
  double seconds = 0;
};

// Pages while the file is streamed so many times.
Beside ask_beside_streams(std::uint16_t port, int times) {
  Beside beside;
  std::atomic<bool> is_streamed = false;
  const auto begin = Clock::now();
  std::thread reader([&] {
    for (int i = 0; i < times; ++i) {
      RawClient client(port);
      client.send("GET /file HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
      while (true) {
        const auto bytes = client.read_bytes(std::size_t{1} << 20);
        if (bytes.empty()) break;
        beside.received += bytes.size();
      }
    }
    is_streamed = true;
  });
  beside.pages = ask_for_pages(port, [&] { return is_streamed.load(); });
  reader.join();
  beside.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  return beside;
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
  const Beside cold = ask_beside_streams(port, 1);
  const std::uint64_t fetched = observer.bytes;
  // What was cold is in memory now: the same stream without the disk.
  const Beside warm = ask_beside_streams(port, kWarmStreams);
  if (alone.empty() || cold.pages.empty() || warm.pages.empty()) return 1;

  print("pages alone", alone);
  print("beside a warm stream", warm.pages);
  print("beside a cold stream", cold.pages);
  std::printf("streamed %llu MB in %.1f s; the pool fetched %llu MB\n",
              static_cast<unsigned long long>(cold.received >> 20), cold.seconds,
              static_cast<unsigned long long>(fetched >> 20));
  const double ratio = percentile(cold.pages, 0.99) / percentile(warm.pages, 0.99);
  std::printf("p99 beside the cold stream to that beside the warm one: %.2f, must %.2f\n", ratio,
              kMost);
  return ratio <= kMost ? 0 : 1;
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
