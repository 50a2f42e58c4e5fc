// What a child under foreign control does to the world, seen from outside of it.
#include "media/sandbox/sandboxed_worker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>
#include <vector>

namespace weike::media {
namespace {

namespace fs = std::filesystem;
using ::testing::AnyOf;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string text_of(const fs::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

class NoSink final : public OutputSink {
 public:
  Result<> put(const std::string&, std::span<const std::byte>) override { return {}; }
  void progress(std::int64_t, std::int64_t) override {
    if (on_progress) on_progress();
  }

  std::function<void()> on_progress;
};

class Attacks : public ::testing::Test {
 protected:
  void SetUp() override {
#ifdef WEIKE_SANITIZED
    GTEST_SKIP() << "sanitizer builds run without seccomp and RLIMIT_AS";
#endif
    folder = fs::temp_directory_path() / ("weike-attacks-" + std::to_string(::getpid()));
    fs::create_directories(folder);
    // Also for the uid that a child may have: what stops it shall not be a mode bit.
    fs::permissions(folder, fs::perms::all);
    // A copy of this test's own, so that it knows its attackers from those of other tests.
    program = folder / "attack_child";
    fs::copy_file(fs::read_symlink("/proc/self/exe").parent_path() / "attack_child", program);
    options.program = program;
  }
  ~Attacks() override {
    ::close(input_);
    if (!folder.empty()) fs::remove_all(folder);
  }

  // What the attacker found out, or the reason it died of.
  std::string attack(const std::string& name) {
    SandboxedWorker worker(options);
    const auto result =
        worker.run(input_, ProbeTask{.source_sha256 = name, .limits = {}}, sink, control);
    return result ? result->at("rejected").at("detail").get<std::string>() : result.error().reason;
  }

  // Processes of the attacking program, whoever is their parent by now.
  std::vector<fs::path> attackers() const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator("/proc")) {
      std::error_code failure;
      if (fs::read_symlink(entry.path() / "exe", failure) == program) found.push_back(entry.path());
    }
    return found;
  }
  // Their resident memory, in KiB.
  long resident_kib() const {
    long sum = 0;
    for (const auto& process : attackers()) {
      long pages = 0;
      long resident = 0;
      std::ifstream(process / "statm") >> pages >> resident;
      sum += resident * ::sysconf(_SC_PAGESIZE) / 1024;
    }
    return sum;
  }

  SandboxOptions options;
  NoSink sink;
  TaskControl control;
  fs::path folder;
  fs::path program;

 private:
  const int input_ = ::memfd_create("source", MFD_CLOEXEC);
};

// What the others say about nobody being left rests on this.
TEST_F(Attacks, LivingAttackerIsSeen) {
  std::size_t seen = 0;
  sink.on_progress = [&] {
    seen = attackers().size();
    control.stop = true;
  };

  const auto met = attack("sleep");

  EXPECT_EQ(met, "cancelled");
  EXPECT_EQ(seen, 1U);
  EXPECT_THAT(attackers(), IsEmpty());
}

TEST_F(Attacks, FileThatAllMayWriteKeepsItsBytes) {
  const auto victim = folder / "victim";
  std::ofstream(victim) << "as it was";
  fs::permissions(victim, fs::perms::all);

  const auto met = attack("write:" + victim.string());

  EXPECT_EQ(met, "Operation not permitted");
  EXPECT_EQ(text_of(victim), "as it was");
}

TEST_F(Attacks, ListenerOnLoopbackHearsNothing) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(::bind(listener, any, size), 0);
  ASSERT_EQ(::listen(listener, 4), 0);
  ASSERT_EQ(::getsockname(listener, any, &size), 0);

  const auto met = attack("connect:" + std::to_string(ntohs(address.sin_port)));

  EXPECT_EQ(met, "Operation not permitted");
  EXPECT_LT(::accept(listener, nullptr, nullptr), 0);
  EXPECT_EQ(errno, EAGAIN);
  ::close(listener);
}

TEST_F(Attacks, NoOtherProgramRuns) {
  const auto trace_of_it = folder / "touched";

  const auto met = attack("exec:" + trace_of_it.string());

  EXPECT_EQ(met, "Operation not permitted");
  EXPECT_FALSE(fs::exists(trace_of_it));
}

TEST_F(Attacks, ServerIsNotTraced) {
  const auto met = attack("trace:" + std::to_string(::getpid()));

  EXPECT_EQ(met, "Operation not permitted");
  EXPECT_THAT(text_of("/proc/self/status"), HasSubstr("TracerPid:\t0"));
}

TEST_F(Attacks, ForksWithoutBoundMakeNoProcess) {
  const auto met = attack("forks:");

  EXPECT_EQ(met, "0 children");
  EXPECT_THAT(attackers(), IsEmpty());
}

TEST_F(Attacks, ThreadsWithoutBoundEndTheChild) {
  const auto met = attack("threads:");

  EXPECT_THAT(met, AnyOf(Eq("child_memory"), Eq("child_crashed")));
  EXPECT_THAT(attackers(), IsEmpty());
}

TEST_F(Attacks, MemoryWithoutBoundEndsTheChild) {
  options.memory_bytes = std::size_t{256} << 20;
  std::atomic<bool> is_over = false;
  long most_kib = 0;
  std::thread watcher([&] {
    while (!is_over) most_kib = std::max(most_kib, resident_kib());
  });

  const auto met = attack("memory");
  is_over = true;
  watcher.join();

  EXPECT_EQ(met, "child_memory");
  EXPECT_GT(most_kib, 0) << "the attacker was never seen";
  EXPECT_LT(most_kib, 256 * 1024);
}

TEST_F(Attacks, RunningForEverEnds) {
  options.silence_limit = std::chrono::seconds{1};
  EXPECT_EQ(attack("spin"), "child_timeout");
  EXPECT_THAT(attackers(), IsEmpty());
}

}  // namespace
}  // namespace weike::media
