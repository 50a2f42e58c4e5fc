#pragma once

#include "media/task.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace weike::media {

struct SandboxOptions {
  // The program to run and the argument that selects its hidden mode.
  std::string program = "/proc/self/exe";
  std::string mode = "media-child";
  // Longest life of a child; one that makes more than four segments has as much more. The work's
  // own bound of CPU time (a multiple of what it should take) applies too.
  std::chrono::seconds wall_limit{600};
  // A child that shows no sign of life for so long is killed.
  std::chrono::seconds silence_limit{20};
  std::size_t memory_bytes = std::size_t{1536} << 20;
};

// Runs each task in a sandboxed child of its own: a crash, a hang or a break-in of a decoder stays
// there. Threads may share it; each call runs one child and waits for it.
class SandboxedWorker final : public Worker {
 public:
  explicit SandboxedWorker(SandboxOptions options = {});
  Result<nlohmann::json> run(const TaskInput& input, const Task& task, OutputSink& sink,
                             const TaskControl& control) override;

 private:
  const SandboxOptions options_;
};

// The layers that hold a child on this system, asked from a child: "rlimits", "no_new_privs",
// "seccomp", "landlock", "network", "uid", "tasks", "nice", "dies_with_server". For the log at
// start.
std::vector<std::string> sandbox_layers(const SandboxOptions& options = {});

}  // namespace weike::media
