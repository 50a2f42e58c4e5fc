// Threads of a child are bounded, also where the server is no root.
#include "media/sandbox/sandboxed_worker.hpp"
#include "tests/media/clips.hpp"

#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <string>

namespace weike::media {
namespace {

class ThreadBound : public ::testing::Test {
 protected:
  ThreadBound() {
    // A copy, because the build folder may be closed to others.
    std::filesystem::permissions(folder.path(""), std::filesystem::perms::all);
    options.program = folder.path("attack_child");
    const auto here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    std::filesystem::copy_file(here / "attack_child", options.program);
  }
  ~ThreadBound() override { ::close(input_); }

  bool has_bound() const {
    const auto layers = sandbox_layers(options);
    return std::find(layers.begin(), layers.end(), "tasks") != layers.end();
  }
  // What becomes of threads that share one small stack.
  std::string start_threads() {
    SandboxedWorker worker(options);
    const ProbeTask task{.source_sha256 = "clones:2000", .limits = {}};
    const auto result = worker.run(input_, task, sink_, {});
    if (!result) return "failed: " + result.error().message;
    return result->at("rejected").at("detail");
  }
  // What `ask` finds out in a process without privileges.
  std::string as_ordinary_user(const std::function<std::string()>& ask) {
    constexpr uid_t kSomebody = 54'321;
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const pid_t asker = ::fork();
    if (asker == 0) {
      const bool is_ordinary =
          ::geteuid() != 0 ||
          (::setgroups(0, nullptr) == 0 && ::setresgid(kSomebody, kSomebody, kSomebody) == 0 &&
           ::setresuid(kSomebody, kSomebody, kSomebody) == 0);
      const auto answer = is_ordinary ? ask() : "no ordinary user";
      const auto sent = ::write(ends[1], answer.data(), answer.size());
      ::_exit(sent < 0 ? 1 : 0);
    }
    ::close(ends[1]);
    ::waitpid(asker, nullptr, 0);
    std::array<char, 200> text{};
    const auto got = ::read(ends[0], text.data(), text.size());
    ::close(ends[0]);
    return {text.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
  }

  const test::TempFolder folder;
  SandboxOptions options;

 private:
  test::MemorySink sink_;
  const int input_ = ::memfd_create("source", MFD_CLOEXEC);
};

TEST_F(ThreadBound, HoldsWhereTheLayersSaySo) {
#if !defined(__x86_64__)
  GTEST_SKIP() << "the attack is written for x86-64";
#endif
  if (::geteuid() == 0) {
    EXPECT_TRUE(has_bound());
    EXPECT_EQ(start_threads(), "bounded");
  }

  const auto found = as_ordinary_user(
      [&] { return has_bound() ? start_threads() : std::string("no user namespace"); });

  if (found == "no user namespace") GTEST_SKIP() << "the system gives none, and the layers say so";
  EXPECT_EQ(found, "bounded");
}

}  // namespace
}  // namespace weike::media
