#include "server/app/stop_signal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>

namespace weike::server {
namespace {

// A signal handler can only reach what is global.
std::array<int, 2> g_pipe{-1, -1};
std::atomic<bool> g_must_stop = false;  // Without a lock, as a handler needs it.

void wake() {
  const int former = errno;
  const char byte = 1;
  // A full pipe wakes the waiter as well.
  static_cast<void>(!::write(g_pipe[1], &byte, 1));
  errno = former;
}

extern "C" void note_stop(int) {
  g_must_stop = true;
  wake();
}

extern "C" void note_reload(int) { wake(); }

void handle(int signal, void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  ::sigaction(signal, &action, nullptr);
}

}  // namespace

StopSignal::StopSignal() {
  g_must_stop = false;
  static_cast<void>(!::pipe2(g_pipe.data(), O_CLOEXEC));
  ::fcntl(g_pipe[1], F_SETFL, O_NONBLOCK);
  handle(SIGINT, note_stop);
  handle(SIGTERM, note_stop);
  handle(SIGHUP, note_reload);
}

StopSignal::~StopSignal() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) handle(signal, SIG_DFL);
  for (int& end : g_pipe) {
    ::close(end);
    end = -1;
  }
}

StopSignal::Call StopSignal::wait() const {
  // ThreadSanitizer lets no signal interrupt `read`, which would wait for what the handler writes.
  pollfd readable{.fd = g_pipe[0], .events = POLLIN, .revents = 0};
  while (::poll(&readable, 1, -1) < 0 && errno == EINTR) {
  }
  std::array<char, 64> bytes{};
  while (::read(g_pipe[0], bytes.data(), bytes.size()) < 0 && errno == EINTR) {
  }
  return g_must_stop ? Call::stop : Call::reload;
}

}  // namespace weike::server
