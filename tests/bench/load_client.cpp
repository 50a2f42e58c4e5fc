// Asks a server on loopback for the same few things as fast as it answers, from one thread, and
// prints what came as JSON.
#include "tests/bench/load_connection.hpp"

#include <CLI/CLI.hpp>
#include <sys/epoll.h>
#include <sys/resource.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <memory>
#include <vector>

namespace {

using weike::bench::LoadConnection;
using weike::bench::LoadRequest;
using weike::bench::LoadTotals;
using weike::bench::Reuse;
using Clock = std::chrono::steady_clock;

// How long answers may take that are under way when the time is over.
constexpr std::chrono::seconds kDrain{10};

struct Options {
  std::uint16_t port = 0;
  std::size_t connections = 64;
  int milliseconds = 1000;
  std::string requests;
  bool has_tls = false;
  bool closes = false;  // A connection for each request.
  bool stays = false;   // One request each, then idle until the end of standard input.
};

class Load {
 public:
  Load(const Options& options, const std::vector<LoadRequest>& requests, SSL_CTX* ssl_context)
      : options_(options), requests_(requests), poll_(::epoll_create1(EPOLL_CLOEXEC)) {
    for (std::size_t i = 0; i < options.connections; ++i) {
      connections_.push_back(std::make_unique<LoadConnection>(totals_, ssl_context));
    }
  }

  const LoadTotals& run() {
    const auto begin = Clock::now();
    end_ = begin + std::chrono::milliseconds(options_.milliseconds);
    for (const auto& connection : connections_) open(*connection);
    std::array<epoll_event, 256> events{};
    while (busy_ > 0 && Clock::now() < end_ + kDrain) {
      const int count = ::epoll_wait(poll_, events.data(), static_cast<int>(events.size()), 1000);
      for (int i = 0; i < count; ++i) {
        take(*static_cast<LoadConnection*>(events[static_cast<std::size_t>(i)].data.ptr));
      }
    }
    if (busy_ > 0) totals_.fail("answers are missing at the end");
    seconds_ = std::chrono::duration<double>(Clock::now() - begin).count();
    return totals_;
  }

  double seconds() const { return seconds_; }

 private:
  const LoadRequest& next_request() { return requests_[next_++ % requests_.size()]; }
  bool may_ask() const { return !options_.stays && Clock::now() < end_; }

  void open(LoadConnection& connection) {
    if (!connection.connect(options_.port, next_request())) return;
    ++busy_;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &connection;
    ::epoll_ctl(poll_, EPOLL_CTL_ADD, connection.descriptor(), &event);
  }

  // Looks at it no more.
  void leave(LoadConnection& connection) {
    if (options_.stays) {
      ::epoll_ctl(poll_, EPOLL_CTL_DEL, connection.descriptor(), nullptr);
    } else {
      connection.close();
    }
  }

  void take(LoadConnection& connection) {
    if (!connection.is_open()) return;
    switch (connection.receive()) {
      case LoadConnection::Progress::waiting:
        return;
      case LoadConnection::Progress::answered:
        // A server that is to close does so after its answer; its end is waited for.
        if (options_.closes) return;
        if (may_ask() && connection.send(next_request())) return;
        leave(connection);
        break;
      case LoadConnection::Progress::ended:
        if (!options_.closes) totals_.fail("the server closed a connection that is to stay");
        --busy_;
        if (options_.closes && may_ask()) open(connection);
        return;
      case LoadConnection::Progress::failed:
        break;
    }
    --busy_;
  }

  const Options options_;
  const std::vector<LoadRequest>& requests_;
  const int poll_;
  LoadTotals totals_;
  std::vector<std::unique_ptr<LoadConnection>> connections_;
  std::size_t busy_ = 0;  // Connections with an answer to come.
  std::size_t next_ = 0;
  Clock::time_point end_;
  double seconds_ = 0;
};

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(static_cast<unsigned char>(c) < 0x20 ? ' ' : c);
  }
  return out + '"';
}

void print(const LoadTotals& totals, double seconds) {
  std::cout << "{\"requests\":" << totals.requests << ",\"bytes\":" << totals.bytes
            << ",\"errors\":" << totals.errors << ",\"seconds\":" << seconds
            << ",\"first_error\":" << quoted(totals.first_error)
            << ",\"cipher\":" << quoted(totals.cipher) << "}" << std::endl;
}

int run(int argc, char** argv) {
  Options options;
  CLI::App app{"Load for the benchmarks of serving"};
  app.add_option("--port", options.port)->required();
  app.add_option("--connections", options.connections);
  app.add_option("--ms", options.milliseconds);
  app.add_option("--requests", options.requests, "File of STATUS LENGTH PATH[<tab>HEADER]…")
      ->required();
  app.add_flag("--tls", options.has_tls);
  app.add_flag("--connection-per-request", options.closes);
  app.add_flag("--stay-idle", options.stays, "Hold the connections until standard input ends");
  CLI11_PARSE(app, argc, argv);

  std::signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();
  const auto reuse = options.closes ? Reuse::connection_per_request : Reuse::keep_alive;
  const auto requests = weike::bench::read_requests(
      options.requests, "localhost:" + std::to_string(options.port), reuse);
  if (requests.empty()) {
    std::cerr << "no requests, or malformed ones, in " << options.requests << '\n';
    return 2;
  }
  const auto ssl_context = options.has_tls ? weike::bench::make_client_context() : nullptr;
  Load load(options, requests, ssl_context.get());
  const LoadTotals& totals = load.run();
  print(totals, load.seconds());
  if (options.stays) {
    while (std::getchar() != EOF) {
    }
  }
  return totals.errors == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& failure) {
    std::cerr << failure.what() << '\n';
    return 2;
  }
}
