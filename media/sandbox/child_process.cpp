#include "media/sandbox/child_process.hpp"

#include "media/sandbox/child.hpp"
#include "media/sandbox/memory_file.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace weike::media {
namespace {

Error system_error(const char* what) {
  return {ErrorCode::unavailable, std::string(what) + ": " + std::strerror(errno)};
}

// Stands in every child's environment. A program that does not know the hidden mode and comes here
// by itself would otherwise start children of children without end.
constexpr const char* kChildMark = "WEIKE_MEDIA_CHILD";

class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int get() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

// A copy with a number above those that the child's descriptors get, so that putting one in its
// place never closes another.
Descriptor above_the_childs(int descriptor) {
  return Descriptor(::fcntl(descriptor, F_DUPFD_CLOEXEC, 16));
}

Result<MemoryFile> write_order(std::string_view order) {
  auto file = MemoryFile::create("weike-order");
  if (!file) return file;
  if (auto written = file->append(std::as_bytes(std::span(order))); !written)
    return written.error();
  if (auto sealed = file->seal(); !sealed) return sealed.error();
  return file;
}

struct FileActions {
  FileActions() { ::posix_spawn_file_actions_init(&value); }
  ~FileActions() { ::posix_spawn_file_actions_destroy(&value); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  posix_spawn_file_actions_t value;
};

struct Attributes {
  Attributes() { ::posix_spawnattr_init(&value); }
  ~Attributes() { ::posix_spawnattr_destroy(&value); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  posix_spawnattr_t value;
};

// Negative numbers: there is none.
struct ChildsDescriptors {
  int input = -1;
  int order = -1;
  int results = -1;
  int reel = -1;
};

void set_descriptors(FileActions& actions, const ChildsDescriptors& childs) {
  auto* value = &actions.value;
  ::posix_spawn_file_actions_addopen(value, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(value, 1, "/dev/null", O_WRONLY, 0);
#ifndef WEIKE_SANITIZED  // A sanitizer's report has to be seen; else nothing of a child gets into
                         // logs.
  ::posix_spawn_file_actions_addopen(value, 2, "/dev/null", O_WRONLY, 0);
#endif
  ::posix_spawn_file_actions_adddup2(value, childs.input, kSourceDescriptor);
  ::posix_spawn_file_actions_adddup2(value, childs.order, kOrderDescriptor);
  ::posix_spawn_file_actions_adddup2(value, childs.results, kResultDescriptor);
  const bool has_reel = childs.reel >= 0;
  if (has_reel) ::posix_spawn_file_actions_adddup2(value, childs.reel, kReelDescriptor);
  ::posix_spawn_file_actions_addclosefrom_np(value, highest_descriptor(has_reel) + 1);
}

// Signals as a fresh process has them, and a group of its own, so that Ctrl-C reaches the server
// only.
void set_signals(Attributes& attributes) {
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  ::posix_spawnattr_setsigmask(&attributes.value, &none);
  ::posix_spawnattr_setsigdefault(&attributes.value, &all);
  ::posix_spawnattr_setpgroup(&attributes.value, 0);
  ::posix_spawnattr_setflags(
      &attributes.value,
      static_cast<short>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP));
}

Result<int> start(std::string program, std::string mode, const FileActions& actions,
                  const Attributes& attributes) {
  // One arena of malloc for each thread would eat the address space that RLIMIT_AS grants.
  std::string arenas = "MALLOC_ARENA_MAX=2";
  std::string locale = "LC_ALL=C";
  // LeakSanitizer looks at the process from a second one, which the sandbox would not let it have.
  std::string sanitizer = "ASAN_OPTIONS=detect_leaks=0";
  const std::array<char*, 3> arguments{program.data(), mode.data(), nullptr};
  std::string mark = std::string(kChildMark) + "=1";
  const std::array<char*, 5> environment{arenas.data(), locale.data(), sanitizer.data(),
                                         mark.data(), nullptr};
  pid_t pid = -1;
  const int failure = ::posix_spawn(&pid, program.c_str(), &actions.value, &attributes.value,
                                    arguments.data(), environment.data());
  if (failure == 0) return pid;
  errno = failure;
  return system_error("posix_spawn of a media child");
}

ChildEnd end_of(int status) {
  ChildEnd end;
  if (WIFEXITED(status)) end.exit_status = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) end.signal = WTERMSIG(status);
  return end;
}

bool poll_one(int descriptor, std::chrono::milliseconds limit) {
  pollfd entry{descriptor, POLLIN, 0};
  return ::poll(&entry, 1, static_cast<int>(limit.count())) > 0;
}

}  // namespace

Result<ChildProcess> ChildProcess::spawn(const std::string& program, const std::string& mode,
                                         const TaskInput& input, std::string_view order) {
  if (std::getenv(kChildMark) != nullptr)
    return Error{ErrorCode::internal, "a media child may not start media children"};
  auto order_file = write_order(order);
  if (!order_file) return order_file.error();
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_error("pipe2");
  Descriptor read_end(ends[0]);
  const Descriptor write_end(ends[1]);
  const auto childs_input = above_the_childs(input.source);
  const auto childs_order = above_the_childs(order_file->descriptor());
  const auto childs_results = above_the_childs(write_end.get());
  const auto childs_reel = input.has_reel() ? above_the_childs(input.reel) : Descriptor();
  if (childs_input.get() < 0 || childs_order.get() < 0 || childs_results.get() < 0 ||
      (input.has_reel() && childs_reel.get() < 0)) {
    return system_error("fcntl(F_DUPFD)");
  }
  ::fcntl(read_end.get(), F_SETPIPE_SZ, 1 << 20);  // Fewer turns for a segment; a wish, not a need.

  FileActions actions;
  set_descriptors(
      actions, {childs_input.get(), childs_order.get(), childs_results.get(), childs_reel.get()});
  Attributes attributes;
  set_signals(attributes);
  const auto pid = start(program, mode, actions, attributes);
  if (!pid) return pid.error();
  // By number: glibc 2.36 declares pidfd_open without C linkage.
  const auto process = static_cast<int>(::syscall(SYS_pidfd_open, *pid, 0));
  return ChildProcess(*pid, process, read_end.release());
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      process_(std::exchange(other.process_, -1)),
      results_(std::exchange(other.results_, -1)) {}

ChildProcess::~ChildProcess() {
  if (pid_ > 0) {
    kill();
    reap(std::chrono::milliseconds{0});
  }
  if (process_ >= 0) ::close(process_);
  if (results_ >= 0) ::close(results_);
}

ChildProcess::Wait ChildProcess::wait(std::chrono::milliseconds limit) const {
  return poll_one(results_, limit) ? Wait::readable : Wait::timed_out;
}

std::size_t ChildProcess::read(std::span<std::byte> buffer) const {
  while (true) {
    const auto got = ::read(results_, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    return got < 0 ? 0 : static_cast<std::size_t>(got);
  }
}

void ChildProcess::kill() {
  if (pid_ <= 0) return;
  ::kill(-pid_, SIGKILL);  // The group too, for builds where a child could have children.
  ::kill(pid_, SIGKILL);
}

void ChildProcess::pause() const { send(SIGSTOP); }

void ChildProcess::resume() const { send(SIGCONT); }

void ChildProcess::send(int signal) const {
  if (pid_ <= 0) return;
  // By number: glibc 2.36 declares pidfd_send_signal without C linkage.
  if (process_ >= 0 && ::syscall(SYS_pidfd_send_signal, process_, signal, nullptr, 0) == 0) return;
  ::kill(pid_, signal);
}

ChildEnd ChildProcess::reap(std::chrono::milliseconds patience) {
  if (pid_ <= 0) return {};
  const bool has_ended = process_ >= 0 && poll_one(process_, patience);
  if (!has_ended) kill();
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return end_of(status);
}

}  // namespace weike::media
