#include "media/sandbox/lockdown.hpp"

#include <grp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

namespace weike::media {
namespace {

// "nobody" of Debian and most others; it owns no file.
constexpr uid_t kNobody = 65534;
// Enough for the threads of all children that share the uid, and for those of one.
constexpr rlim_t kMaxTasksOfNobody = 1024;
constexpr rlim_t kMaxTasksOfOne = 256;

bool limit(__rlimit_resource_t what, rlim_t soft, rlim_t hard) {
  const rlimit value{soft, hard};
  return ::setrlimit(what, &value) == 0;
}

struct Departure {
  bool has_left_network = false;
  bool has_own_users = false;  // Tasks of the uid are counted apart from those outside.
};

// Since Linux 5.14 (commit 21d1c5e386bc) RLIMIT_NPROC counts within a user namespace.
bool counts_tasks_by_namespace() {
  utsname system{};
  if (::uname(&system) != 0) return false;
  char* rest = nullptr;
  const long major = std::strtol(system.release, &rest, 10);
  const long minor = *rest == '.' ? std::strtol(rest + 1, nullptr, 10) : 0;
  return major > 5 || (major == 5 && minor >= 14);
}

// A network namespace with nothing in it, not even a loopback that is up. Without the privilege a
// user namespace may still give one, and bounds the tasks besides. The tasks of root are never
// bounded.
Departure leave_namespaces() {
  constexpr int kNetwork = CLONE_NEWNET | CLONE_NEWIPC;
  const bool is_root = ::geteuid() == 0;
  if (!is_root && ::unshare(CLONE_NEWUSER | kNetwork) == 0) {
    return {true, counts_tasks_by_namespace()};
  }
  if (::unshare(kNetwork) == 0) return {true, false};
  return {is_root && ::unshare(CLONE_NEWUSER | kNetwork) == 0, false};
}

bool take_own_uid() {
  if (::geteuid() != 0) return false;
  if (::setgroups(0, nullptr) != 0) return false;
  if (::setresgid(kNobody, kNobody, kNobody) != 0) return false;
  return ::setresuid(kNobody, kNobody, kNobody) == 0;
}

// RLIMIT_NPROC counts all tasks of the uid, so it says something only about one that is ours alone
// or whose tasks are counted apart. Seccomp refuses new processes in any case, but not threads.
bool limit_tasks(bool has_own_uid, bool has_own_users) {
  if (!has_own_uid && !has_own_users) return false;
  const rlim_t most = has_own_uid ? kMaxTasksOfNobody : kMaxTasksOfOne;
  return limit(RLIMIT_NPROC, most, most);
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
  const auto files = static_cast<rlim_t>(options.highest_descriptor) + 1 + kSpare;
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
  const auto departure = leave_namespaces();
  add(departure.has_left_network, "network");
  const bool has_own_uid = take_own_uid();
  add(has_own_uid, "uid");
  add(limit_tasks(has_own_uid, departure.has_own_users), "tasks");
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
