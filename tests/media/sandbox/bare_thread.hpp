#pragma once

#include <sched.h>
#include <sys/syscall.h>

namespace weike::media {

#if defined(__x86_64__)
// Starts a thread that glibc knows nothing of and that needs no stack: it waits for ever on `word`,
// which is 0. False if the system gives none.
inline bool start_bare_thread(void* stack, const int* word) {
  constexpr long kFlags =
      CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
  long result = SYS_clone;
  asm volatile(
      "syscall\n"
      "test %%rax, %%rax\n"
      "jnz 1f\n"
      "2: mov $202, %%eax\n"  // futex(word, FUTEX_WAIT_PRIVATE, 0, nullptr)
      "mov %[word], %%rdi\n"
      "mov $128, %%esi\n"
      "xor %%edx, %%edx\n"
      "xor %%r10d, %%r10d\n"
      "syscall\n"
      "jmp 2b\n"
      "1:\n"
      : "+a"(result)
      : "D"(kFlags), "S"(stack), "d"(0L), [word] "r"(word)
      : "rcx", "r8", "r10", "r11", "memory");
  return result > 0;
}
#else
inline bool start_bare_thread(void*, const int*) { return false; }
#endif

}  // namespace weike::media
