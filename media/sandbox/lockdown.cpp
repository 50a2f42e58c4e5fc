#include "media/sandbox/lockdown.hpp"

#include <grp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>

namespace weike::media {
namespace {

// "nobody" of Debian and most others; it owns no file.
constexpr uid_t kNobody = 65534;
// Enough for the threads of all children that share the uid.
constexpr rlim_t kMaxTasksOfNobody = 1024;

bool limit(__rlimit_resource_t what, rlim_t soft, rlim_t hard) {
  const rlimit value{soft, hard};
  return ::setrlimit(what, &value) == 0;
}

// A network namespace with nothing in it, not even a loopback that is up. Without the privilege a
// user namespace may still give one.
bool leave_network() {
  if (::unshare(CLONE_NEWNET | CLONE_NEWIPC) == 0) return true;
  return ::unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC) == 0;
}

bool take_own_uid() {
  if (::geteuid() != 0) return false;
  if (::setgroups(0, nullptr) != 0) return false;
  if (::setresgid(kNobody, kNobody, kNobody) != 0) return false;
  if (::setresuid(kNobody, kNobody, kNobody) != 0) return false;
  // RLIMIT_NPROC counts all tasks of the uid, so it says something only about one that is ours
  // alone; seccomp refuses new processes in any case.
  limit(RLIMIT_NPROC, kMaxTasksOfNobody, kMaxTasksOfNobody);
  return true;
}

// The signal comes when the *thread* that spawned us ends; it waits for us, so it ends first only
// when the whole server does. Set after the change of uid, which clears it (prctl(2)).
bool die_with(int parent) {
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return false;
  if (::getppid() != parent) ::_exit(1);  // It died before we asked.
  return true;
}

bool set_limits(const LockdownOptions& options) {
#ifdef WEIKE_SANITIZED  // UBSan asks a pipe whether an object's memory can be read (vptr checks).
  constexpr int kSpare = 2;
#else
  constexpr int kSpare = 0;
#endif
  const auto files = static_cast<rlim_t>(options.highest_descriptor + 1 + kSpare);
  const rlim_t cpu = options.cpu_seconds;
  bool holds = limit(RLIMIT_CPU, cpu, cpu + 2);  // SIGXCPU first, then SIGKILL.
  holds &= limit(RLIMIT_FSIZE, 0, 0);
  holds &= limit(RLIMIT_CORE, 0, 0);
  holds &= limit(RLIMIT_NOFILE, files, files);
  holds &= limit(RLIMIT_MEMLOCK, 0, 0);
  holds &= limit(RLIMIT_MSGQUEUE, 0, 0);
#ifndef WEIKE_SANITIZED  // The sanitizers' shadow memory takes terabytes of address space.
  const rlim_t memory = options.memory_bytes;
  holds &= limit(RLIMIT_AS, memory, memory);
#endif
  return holds;
}

}  // namespace

std::vector<std::string> lock_in(const LockdownOptions& options) {
  std::vector<std::string> layers;
  const auto add = [&](bool holds, const char* name) {
    if (holds) layers.emplace_back(name);
  };
  ::close_range(static_cast<unsigned>(options.highest_descriptor) + 1, ~0U, 0);
  add(::setpriority(PRIO_PROCESS, 0, 10) == 0, "nice");
  add(leave_network(), "network");
  add(take_own_uid(), "uid");
  add(die_with(options.parent), "dies_with_server");
  add(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no_new_privs");
  add(restrict_by_landlock(), "landlock");  // Opens a descriptor, so before the limits.
  add(set_limits(options), "rlimits");
#ifndef WEIKE_SANITIZED  // The sanitizers make calls of their own.
  add(restrict_system_calls(), "seccomp");
#endif
  return layers;
}

}  // namespace weike::media
