#pragma once

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace weike::storage {

// This test program run a second time with other arguments, its stdout readable here. It dies with
// this object.
class ChildProcess {
 public:
  explicit ChildProcess(std::vector<std::string> arguments) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
    std::string program = "/proc/self/exe";
    std::vector<char*> words{program.data()};
    for (auto& argument : arguments) words.push_back(argument.data());
    words.push_back(nullptr);
    id_ = fork();
    if (id_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      dup2(ends[1], STDOUT_FILENO);
      execv(program.c_str(), words.data());
      _exit(127);
    }
    close(ends[1]);
    output_ = fdopen(ends[0], "r");
  }
  ~ChildProcess() {
    kill();
    std::fclose(output_);
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t id() const { return id_; }

  // The next line without its end; nothing when the child has said its last.
  std::optional<std::string> read_line() {
    std::string line;
    for (int c = std::fgetc(output_); c != EOF; c = std::fgetc(output_)) {
      if (c == '\n') return line;
      line.push_back(static_cast<char>(c));
    }
    return std::nullopt;
  }

  // As kill -9 does; returns when the process is gone.
  void kill() {
    if (is_gone_) return;
    ::kill(id_, SIGKILL);
    waitpid(id_, nullptr, 0);
    is_gone_ = true;
  }

 private:
  pid_t id_ = 0;
  std::FILE* output_ = nullptr;
  bool is_gone_ = false;
};

}  // namespace weike::storage
