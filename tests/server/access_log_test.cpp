#include "server/log/access_log.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

namespace weike::server {
namespace {

using testing::HasSubstr;
using testing::Not;

// A pipe instead of a file.
class Pipe {
 public:
  Pipe() { EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC), 0); }
  ~Pipe() {
    for (const int end : ends_) ::close(end);
  }
  Pipe(const Pipe&) = delete;

  // The name of the end that is written to.
  std::string way_in() const { return "/proc/self/fd/" + std::to_string(ends_[1]); }
  // Waits until something was written; empty when nothing was for long.
  std::string read_some() const {
    pollfd wait{ends_[0], POLLIN, 0};
    if (::poll(&wait, 1, 20'000) <= 0) return {};
    std::string bytes(4096, '\0');
    const ssize_t got = ::read(ends_[0], bytes.data(), bytes.size());
    bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return bytes;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

class AccessLogTest : public testing::Test {
 protected:
  AccessLogTest() {
    std::filesystem::remove(file_);
    auto log = Log::open({LogLevel::info, file_.string()});
    log_.emplace(std::move(*log));
  }
  ~AccessLogTest() override { std::filesystem::remove(file_); }

  static ReplyRecord record(std::string_view target = "/x", int status = 200) {
    return {.request_id = "0123",
            .method = http::Method::get,
            .target = target,
            .peer = "127.0.0.1",
            .status = status,
            .body_bytes = 5};
  }
  std::string written() const {
    std::stringstream text;
    text << std::ifstream(file_).rdbuf();
    return text.str();
  }
  static std::size_t lines_in(const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }

  static std::size_t count_of(const std::string& words, const std::string& text) {
    std::size_t count = 0;
    for (auto at = text.find(words); at != std::string::npos; at = text.find(words, at + 1))
      ++count;
    return count;
  }

  const std::filesystem::path file_ = std::filesystem::temp_directory_path() /
                                      ("weike-access-test-" + std::to_string(::getpid()) + ".log");
  std::optional<Log> log_;
};

TEST_F(AccessLogTest, SignaturesOfMediaPathsStayOut) {
  AccessLog access(*log_, {});
  auto part = record("/media/abc/SECRET/v360/0.m4s", 206);
  access.add(part);

  access.flush();

  EXPECT_THAT(written(), HasSubstr("Z level=info event=request request_id=0123 method=GET "
                                   "target=/media/abc/-/v360/0.m4s status=206 bytes=5 us=0 "
                                   "peer=127.0.0.1 lane=hot\n"));
  EXPECT_THAT(written(), Not(HasSubstr("SECRET")));
}

TEST_F(AccessLogTest, SampledLogKeepsOneOfSoManyAndEveryFailure) {
  AccessLog access(*log_, {.sample = 10});
  for (int i = 0; i < 100; ++i) access.add(record("/fine"));
  for (int i = 0; i < 7; ++i) access.add(record("/missing", 404));

  access.flush();

  const std::string text = written();
  EXPECT_EQ(lines_in(text), 10U + 7U);
  EXPECT_THAT(text, HasSubstr("target=/fine status=200"));
}

TEST_F(AccessLogTest, WhatDoesNotFitIsDroppedAndTheLogSaysHowMuch) {
  AccessLog access(*log_, {.sample = 1, .buffer_bytes = 1000});
  for (int i = 0; i < 100; ++i) access.add(record());

  access.flush();
  access.flush();

  const std::string text = written();
  EXPECT_GT(access.dropped(), 80U);
  EXPECT_EQ(lines_in(text), 100U - access.dropped() + 1U);
  EXPECT_THAT(text, HasSubstr("level=warning event=access_log_overflow dropped=" +
                              std::to_string(access.dropped()) + "\n"));
}

TEST_F(AccessLogTest, ThreadWritesWhatIsAddedOfItsOwnAccord) {
  Pipe pipe;
  const auto log = Log::open({LogLevel::info, pipe.way_in()});
  ASSERT_TRUE(log) << log.error().message;
  AccessLog access(*log, {});
  access.start();

  access.add(record("/seen"));

  EXPECT_THAT(pipe.read_some(), HasSubstr("target=/seen status=200"));
}

TEST_F(AccessLogTest, StopWritesAllThatManyThreadsAdded) {
  AccessLog access(*log_, {.sample = 1, .buffer_bytes = 1'000'000});
  access.start();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 1000; ++k) access.add(record());
    });
  }
  for (std::thread& thread : threads) thread.join();

  access.stop();

  // A thread drops its line rather than wait for the writer.
  const std::string text = written();
  EXPECT_EQ(count_of("event=request ", text), 4000U - access.dropped());
  EXPECT_LT(access.dropped(), 4000U);
}

TEST_F(AccessLogTest, LevelAboveInfoLogsNoRequests) {
  auto quiet = Log::open({LogLevel::warning, file_.string()});
  ASSERT_TRUE(quiet);
  AccessLog access(*quiet, {});
  access.add(record());

  access.flush();

  EXPECT_EQ(written(), "");
}

}  // namespace
}  // namespace weike::server
