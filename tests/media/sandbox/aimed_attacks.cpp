#include "tests/media/sandbox/aimed_attacks.hpp"

#include "tests/media/sandbox/bare_thread.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <thread>
#include <vector>

namespace weike::media {
namespace {

Answer write_to(const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return tell(std::strerror(errno));
  const bool has_written = ::write(file, "attacked", 8) == 8;
  return tell(has_written ? "done" : std::strerror(errno));
}

Answer connect_to(const std::string& port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  if (socket < 0) return tell(std::strerror(errno));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(port)));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const auto* any = reinterpret_cast<const sockaddr*>(&address);
  return tell(::connect(socket, any, sizeof address) == 0 ? "done" : std::strerror(errno));
}

Answer touch_by_exec(const std::string& path) {
  std::string program = "/usr/bin/touch";
  std::string argument = path;
  char* const arguments[] = {program.data(), argument.data(), nullptr};
  ::execve(program.c_str(), arguments, nullptr);
  return tell(std::strerror(errno));
}

Answer trace(const std::string& pid) {
  const bool is_attached = ::ptrace(PTRACE_SEIZE, std::stoi(pid), nullptr, nullptr) == 0;
  if (is_attached) ::pause();  // For the test to see.
  return tell(std::strerror(errno));
}

Answer fork_without_bound(const std::string&) {
  int children = 0;
  for (int i = 0; i < 64; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      while (true) ::pause();
    }
    children += child > 0 ? 1 : 0;
  }
  return tell(std::to_string(children) + " children");
}

Answer start_threads_without_bound(const std::string&) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 100'000; ++i)
    threads.emplace_back([] {
      while (true) ::pause();
    });
  return tell(std::to_string(threads.size()) + " threads");
}

// They share one small stack, so that the limit on memory does not bound them.
Answer clone_without_bound(const std::string& most) {
  alignas(16) static std::array<std::byte, 4096> stack{};
  static const int word = 0;
  const int wanted = std::stoi(most);
  for (int i = 0; i < wanted; ++i) {
    if (!start_bare_thread(stack.data() + stack.size(), &word)) return tell("bounded");
  }
  return tell("without bound");
}

}  // namespace

const std::map<std::string, Answer (*)(const std::string&)>& aimed_attacks() {
  static const std::map<std::string, Answer (*)(const std::string&)> all{
      {"write", write_to},
      {"connect", connect_to},
      {"exec", touch_by_exec},
      {"trace", trace},
      {"forks", fork_without_bound},
      {"threads", start_threads_without_bound},
      {"clones", clone_without_bound},
  };
  return all;
}

}  // namespace weike::media
