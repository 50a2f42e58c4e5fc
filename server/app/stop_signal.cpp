#include "server/app/stop_signal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace weike::server {
namespace {

// A signal handler can only reach what is global.
std::array<int, 2> g_pipe{-1, -1};

extern "C" void note_stop(int) {
  const int former = errno;
  const char byte = 1;
  // A full pipe means that a stop is noted already.
  static_cast<void>(!::write(g_pipe[1], &byte, 1));
  errno = former;
}

void handle_with(void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

StopSignal::StopSignal() {
  static_cast<void>(!::pipe2(g_pipe.data(), O_CLOEXEC));
  ::fcntl(g_pipe[1], F_SETFL, O_NONBLOCK);
  handle_with(note_stop);
}

StopSignal::~StopSignal() {
  handle_with(SIG_DFL);
  for (int& end : g_pipe) {
    ::close(end);
    end = -1;
  }
}

void StopSignal::wait() const {
  char byte = 0;
  while (::read(g_pipe[0], &byte, 1) < 0 && errno == EINTR) {
  }
}

}  // namespace weike::server
