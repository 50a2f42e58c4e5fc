#include "media/sandbox/lockdown.hpp"

#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>

namespace weike::media {
namespace {

// What decoding, encoding and their threads need: bytes of open descriptors, memory, threads, time.
// No path can be named, no descriptor made, no process started, nobody signalled but oneself.
constexpr auto kAllowed = std::to_array<int>({
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(pread64),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(lseek),
    SCMP_SYS(close),

    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(futex),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(set_tid_address),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sched_getparam),
    SCMP_SYS(sched_getscheduler),
    SCMP_SYS(gettid),
    SCMP_SYS(getpid),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getrusage),
    SCMP_SYS(sysinfo),
    SCMP_SYS(uname),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(getrandom),
    SCMP_SYS(getcpu),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
});

struct ContextRelease {
  void operator()(void* context) const { ::seccomp_release(context); }
};
using ContextPtr = std::unique_ptr<void, ContextRelease>;

bool allow(void* context, int call, std::initializer_list<scmp_arg_cmp> conditions = {}) {
  return ::seccomp_rule_add_array(context, SCMP_ACT_ALLOW, call,
                                  static_cast<unsigned>(conditions.size()),
                                  conditions.size() == 0 ? nullptr : std::data(conditions)) == 0;
}

scmp_arg_cmp masked(unsigned argument, scmp_datum_t mask, scmp_datum_t value) {
  return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}

scmp_arg_cmp equal(unsigned argument, scmp_datum_t value) {
  return {argument, SCMP_CMP_EQ, value, 0};
}

bool add_conditional_rules(void* context) {
  constexpr scmp_datum_t kExecute = 0x4;  // PROT_EXEC: no new code.
  bool added = allow(context, SCMP_SYS(mmap), {masked(2, kExecute, 0)});
  added &= allow(context, SCMP_SYS(mprotect), {masked(2, kExecute, 0)});
  // Threads, but no processes. glibc tries clone3 first, whose flags lie in memory where a filter
  // cannot see them; with ENOSYS it falls back to clone.
  added &= allow(context, SCMP_SYS(clone), {masked(0, CLONE_THREAD, CLONE_THREAD)});
  added &= ::seccomp_rule_add(context, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0;
  added &= allow(context, SCMP_SYS(prctl), {equal(0, PR_SET_NAME)});
  // abort() of a broken invariant raises a signal in its own process.
  const auto self = static_cast<scmp_datum_t>(::getpid());
  added &= allow(context, SCMP_SYS(tgkill), {equal(0, self)});
  return added;
}

}  // namespace

bool restrict_system_calls() {
  // Refused calls fail instead of killing: libraries ask for things they can do without.
  const ContextPtr context(::seccomp_init(SCMP_ACT_ERRNO(EPERM)));
  if (!context) return false;
  for (const int call : kAllowed) {
    if (!allow(context.get(), call)) return false;
  }
  return add_conditional_rules(context.get()) && ::seccomp_load(context.get()) == 0;
}

}  // namespace weike::media
