// A real child at real work is told to stand still.
#include "media/sandbox/sandboxed_worker.hpp"
#include "tests/media/clips.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <condition_variable>
#include <fstream>
#include <iterator>
#include <mutex>
#include <sstream>
#include <thread>

namespace weike::media {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

// What /proc/PID/stat tells of a process.
struct ProcessState {
  int pid = 0;
  char letter = ' ';        // 'T': stopped.
  std::uint64_t ticks = 0;  // Of CPU time.
};

// The one child of this process, if there is one.
std::optional<ProcessState> child_state() {
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const auto name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream file(entry.path() / "stat");
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    const auto after_name = text.rfind(") ");
    if (after_name == std::string::npos) continue;
    std::istringstream fields(text.substr(after_name + 2));
    ProcessState state;
    int parent = 0;
    fields >> state.letter >> parent;
    if (parent != ::getpid() || state.letter == 'Z') continue;
    std::string skipped;
    for (int field = 0; field < 9; ++field) fields >> skipped;  // Up to utime, proc(5).
    std::uint64_t user = 0;
    std::uint64_t system = 0;
    fields >> user >> system;
    state.ticks = user + system;
    state.pid = std::stoi(text);
    return state;
  }
  return std::nullopt;
}

// Pauses the task when its first segment arrives.
class PausingSink final : public OutputSink {
 public:
  explicit PausingSink(TaskControl& control) : control_(control) {}

  Result<> put(const std::string& name, std::span<const std::byte> bytes) override {
    const std::scoped_lock lock(mutex_);
    if (files_.empty()) control_.is_paused = true;
    files_[name].assign(bytes.begin(), bytes.end());
    arrived_.notify_all();
    return {};
  }
  void progress(std::int64_t, std::int64_t) override {}

  bool wait_for_first() {
    std::unique_lock lock(mutex_);
    return arrived_.wait_for(lock, std::chrono::seconds{30}, [this] { return !files_.empty(); });
  }
  std::map<std::string, std::vector<std::byte>> files() {
    const std::scoped_lock lock(mutex_);
    return files_;
  }

 private:
  TaskControl& control_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::map<std::string, std::vector<std::byte>> files_;
};

class Pausing : public ::testing::Test {
 protected:
  Pausing() {
    test::make_clip(clip, test::pattern(640, 360, "25", 10) + " " + test::tone(10) + " -shortest");
    test::MemorySink probed;
    task.plan = test::plan_of(clip, probed);
    task.renditions = {"v360"};
    task.last_segment = static_cast<std::uint32_t>(task.plan.segments.size() - 1);
    options.program = fs::read_symlink("/proc/self/exe").parent_path() / "media_child";
    options.silence_limit = std::chrono::seconds{3};
  }
  ~Pausing() override {
    control.stop = true;
    if (running.joinable()) running.join();
  }

  void start() {
    running = std::thread([this] {
      const test::File source(clip);
      SandboxedWorker worker(options);
      result = worker.run(source.descriptor(), task, sink, control);
    });
  }
  // The child when it has come to stand.
  std::optional<ProcessState> stopped_child() {
    const auto deadline = steady_clock::now() + std::chrono::seconds{10};
    while (steady_clock::now() < deadline) {
      const auto state = child_state();
      if (state && state->letter == 'T') return state;
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    return std::nullopt;
  }

  test::TempFolder folder;
  const fs::path clip = folder.path("clip.mp4");
  SegmentsTask task;
  SandboxOptions options;
  TaskControl control;
  PausingSink sink{control};
  std::thread running;
  std::optional<Result<nlohmann::json>> result;
};

TEST_F(Pausing, ChildStandsStillLongerThanItMayBeSilentAndGoesOn) {
  start();
  ASSERT_TRUE(sink.wait_for_first());
  const auto stopped = stopped_child();
  ASSERT_TRUE(stopped);

  const auto until = steady_clock::now() + options.silence_limit + std::chrono::milliseconds{300};
  std::this_thread::sleep_until(until);

  const auto later = child_state();
  ASSERT_TRUE(later);
  EXPECT_EQ(later->pid, stopped->pid);
  EXPECT_EQ(later->letter, 'T');
  EXPECT_EQ(later->ticks, stopped->ticks);
  EXPECT_LT(sink.files().size(), task.plan.segments.size());
  control.is_paused = false;
  running.join();
  ASSERT_TRUE(result && *result) << result->error().message;
  test::MemorySink at_once;
  ASSERT_TRUE(test::run_on(clip, task, at_once));
  EXPECT_EQ(sink.files(), at_once.files);
}

TEST_F(Pausing, StopKillsAChildThatStandsStill) {
  start();
  ASSERT_TRUE(sink.wait_for_first());
  ASSERT_TRUE(stopped_child());

  control.stop = true;
  running.join();

  ASSERT_TRUE(result);
  ASSERT_FALSE(*result);
  EXPECT_EQ(result->error().reason, "cancelled");
  EXPECT_FALSE(child_state()) << "killed and reaped";
}

}  // namespace
}  // namespace weike::media
