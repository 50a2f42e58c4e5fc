#include "media/sandbox/sandboxed_worker.hpp"

#include "media/sandbox/child_process.hpp"
#include "media/sandbox/memory_file.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/landlock.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

namespace weike::media {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string attack_child() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "attack_child";
}

// Keeps what a task hands back.
class MemorySink final : public OutputSink {
 public:
  Result<> put(const std::string& name, std::span<const std::byte> bytes) override {
    if (failure) return *failure;
    names.push_back(name);
    size_bytes += bytes.size();
    return {};
  }
  void progress(std::int64_t done, std::int64_t total) override {
    steps.emplace_back(done, total);
    if (on_progress) on_progress();
  }

  std::vector<std::string> names;
  std::size_t size_bytes = 0;
  std::vector<std::pair<std::int64_t, std::int64_t>> steps;
  std::optional<Error> failure;
  std::function<void()> on_progress;
};

class SandboxedWorkerTest : public ::testing::Test {
 protected:
  SandboxedWorkerTest() : input(::memfd_create("source", MFD_CLOEXEC)) {
    options.program = attack_child();
    EXPECT_EQ(::write(input, "hello", 5), 5);
  }
  ~SandboxedWorkerTest() override { ::close(input); }

  Result<nlohmann::json> attack(const std::string& name) {
    SandboxedWorker worker(options);
    return worker.run(input, ProbeTask{.source_sha256 = name, .limits = {}}, sink, control);
  }
  // What an attack found out.
  std::string told(const std::string& name) {
    const auto result = attack(name);
    if (!result) return "failed: " + result.error().message;
    return result->at("rejected").at("detail");
  }
  std::string reason_of(const std::string& name) {
    const auto result = attack(name);
    return result ? "no failure" : result.error().reason;
  }

  SandboxOptions options;
  const int input;
  MemorySink sink;
  TaskControl control;
};

TEST_F(SandboxedWorkerTest, HonestWorkPasses) {
  EXPECT_EQ(told("honest"), "hello");

  EXPECT_THAT(sink.names, ElementsAre("v360/init.mp4"));
  EXPECT_EQ(sink.size_bytes, 24U);
  EXPECT_THAT(sink.steps, ElementsAre(std::pair<std::int64_t, std::int64_t>{1, 2}));
}

TEST_F(SandboxedWorkerTest, NothingCanBeOpenedStartedOrReached) {
#ifdef WEIKE_SANITIZED
  GTEST_SKIP() << "sanitizer builds run without seccomp";
#endif
  EXPECT_EQ(told("everything"), "");
}

TEST_F(SandboxedWorkerTest, ChildHasItsOwnDescriptorsOnly) {
  const int leaked = ::open("/dev/null", O_RDONLY);  // Without O_CLOEXEC, as a library might.
  const int high = ::fcntl(leaked, F_DUPFD, 300);

  EXPECT_EQ(told("descriptors"), "0,1,2,3,4,5,");

  ::close(leaked);
  ::close(high);
}

TEST_F(SandboxedWorkerTest, ReelIsOneDescriptorMoreThatNobodyCanWriteTo) {
  auto reel = MemoryFile::create("reel").value();
  const std::string film = "a film";
  ASSERT_TRUE(reel.append(std::as_bytes(std::span(film))));
  ASSERT_TRUE(reel.seal());
  SandboxedWorker worker(options);
  const auto told = [&](const char* attack) {
    const auto result = worker.run({input, reel.descriptor()},
                                   ProbeTask{.source_sha256 = attack, .limits = {}}, sink, control);
    return result ? result->at("rejected").at("detail").get<std::string>() : result.error().message;
  };

  EXPECT_EQ(told("descriptors"), "0,1,2,3,4,5,6,");
  EXPECT_EQ(told("read_reel"), film);
  EXPECT_EQ(told("write_to_reel"), "");

  std::string after(film.size(), '\0');
  EXPECT_EQ(::pread(reel.descriptor(), after.data(), after.size(), 0),
            static_cast<ssize_t>(after.size()));
  EXPECT_EQ(after, film);
}

TEST_F(SandboxedWorkerTest, LayersHold) {
  const auto layers = sandbox_layers(options);

  for (const char* layer : {"rlimits", "no_new_privs", "nice", "dies_with_server"}) {
    EXPECT_THAT(layers, Contains(layer));
  }
#ifndef WEIKE_SANITIZED
  EXPECT_THAT(layers, Contains("seccomp"));
#endif
  if (::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION) > 0) {
    EXPECT_THAT(layers, Contains("landlock"));
  }
  if (::geteuid() == 0) {
    EXPECT_THAT(layers, Contains("uid"));
  }
}

TEST_F(SandboxedWorkerTest, FailureOfTheTaskComesThroughWithItsReason) {
  const auto result = attack("failure");

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::corrupt);
  EXPECT_EQ(result.error().reason, "damaged");
}

TEST_F(SandboxedWorkerTest, MemoryIsBounded) {
#ifdef WEIKE_SANITIZED
  GTEST_SKIP() << "sanitizer builds run without RLIMIT_AS";
#endif
  options.memory_bytes = std::size_t{256} << 20;

  EXPECT_EQ(reason_of("memory"), "child_memory");
}

TEST_F(SandboxedWorkerTest, SilentChildIsKilled) {
  options.silence_limit = std::chrono::seconds{1};

  EXPECT_EQ(reason_of("spin"), "child_timeout");
}

TEST_F(SandboxedWorkerTest, TalkingForEverEndsAtTheWallLimit) {
  options.wall_limit = std::chrono::seconds{1};

  EXPECT_EQ(reason_of("chatter"), "child_timeout");
}

TEST_F(SandboxedWorkerTest, MoreThanFourSegmentsHaveAsMuchMoreTime) {
  options.wall_limit = std::chrono::seconds{1};
  Plan plan;
  plan.source_sha256 = "tarry";
  SandboxedWorker worker(options);

  const auto four = worker.run(input, SegmentsTask{plan, {}, 0, 3}, sink, control);
  const auto many = worker.run(input, SegmentsTask{plan, {}, 0, 79}, sink, control);

  ASSERT_FALSE(four);
  EXPECT_EQ(four.error().reason, "child_timeout");
  EXPECT_TRUE(many);
}

struct Lie {
  const char* attack;
  const char* message;
};
class SandboxedWorkerLies : public SandboxedWorkerTest,
                            public ::testing::WithParamInterface<Lie> {};

TEST_P(SandboxedWorkerLies, CountAsACrash) {
  const auto result = attack(GetParam().attack);

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::internal);
  EXPECT_EQ(result.error().reason, "child_crashed");
  EXPECT_THAT(result.error().message, HasSubstr(GetParam().message));
  EXPECT_TRUE(sink.names.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Children, SandboxedWorkerLies,
    ::testing::Values(Lie{"crash", "signal 11"}, Lie{"leave", "left with 0"},
                      Lie{"garbage", "does not begin"}, Lie{"huge_header", "too large"},
                      Lie{"wrong_hash", "hash"}, Lie{"deep_result", "a report that is none"},
                      Lie{"foreign_name", "nobody asked for"}, Lie{"lies_as_plan", "plan"}),
    [](const auto& row) { return std::string(row.param.attack); });

TEST_F(SandboxedWorkerTest, LieInTheCountsOfABatchIsACrashToo) {
  Plan plan;
  plan.source_sha256 = "lies_as_counts";
  SandboxedWorker worker(options);

  const auto result = worker.run(input, SegmentsTask{plan, {}, 0, 0}, sink, control);

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, "child_crashed");
  EXPECT_THAT(result.error().message, HasSubstr("frames without a number"));
}

TEST_F(SandboxedWorkerTest, StopFlagKillsTheChild) {
  sink.on_progress = [&] { control.stop = true; };
  const auto begun = std::chrono::steady_clock::now();

  const auto result = attack("sleep");

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, "cancelled");
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds{5});
  EXPECT_NE(::kill(static_cast<pid_t>(sink.steps.at(0).first), 0), 0) << "killed and reaped";
}

TEST_F(SandboxedWorkerTest, FailureOfTheSinkEndsTheTask) {
  sink.failure = Error{ErrorCode::out_of_space, "the disk is full"};

  const auto result = attack("honest");

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::out_of_space);
}

TEST_F(SandboxedWorkerTest, MissingProgramIsAnError) {
  options.program = "/nowhere/weike";

  const auto result = attack("honest");

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::unavailable);
}

TEST_F(SandboxedWorkerTest, ThreadsMayShareIt) {
  SandboxedWorker worker(options);
  std::vector<std::thread> threads;
  std::atomic<int> passed = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      MemorySink own;
      const auto result =
          worker.run(input, ProbeTask{.source_sha256 = "honest", .limits = {}}, own, control);
      if (result && own.names.size() == 1) ++passed;
    });
  }
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(passed, 4);
}

// A zombie counts as gone: whoever is its parent now has not looked yet.
bool is_running(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  const auto after_name = text.rfind(") ");
  return after_name != std::string::npos && text[after_name + 2] != 'Z';
}

TEST_F(SandboxedWorkerTest, ChildDiesWithItsKilledServer) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const auto program = attack_child();
  const pid_t server = ::fork();
  if (server == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::execl(program.c_str(), program.c_str(), "server", nullptr);
    ::_exit(127);
  }
  std::array<char, 32> text{};
  ASSERT_GT(::read(ends[0], text.data(), text.size() - 1), 0);
  const int child = std::atoi(text.data());
  ASSERT_TRUE(is_running(child));

  ::kill(server, SIGKILL);
  ::waitpid(server, nullptr, 0);

  for (int turn = 0; turn < 200 && is_running(child); ++turn) {
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  EXPECT_FALSE(is_running(child));
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace weike::media
