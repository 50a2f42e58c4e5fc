#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace weike::media {

struct LockdownOptions {
  std::size_t memory_bytes = std::size_t{1536} << 20;
  std::uint64_t cpu_seconds = 60;
  int parent = 0;              // Process id of the server; the child dies with it.
  int highest_descriptor = 5;  // Everything above is closed and nothing above can be opened.
};

// Locks the calling process in, for good: what it holds open is all it will ever have. Called once,
// before there is a second thread. Layers the system does not offer are left out; the rest stands.
// Returns the names of the layers that hold: "rlimits", "no_new_privs", "seccomp", "landlock",
// "network", "uid", "tasks" (threads are bounded), "nice", "dies_with_server".
std::vector<std::string> lock_in(const LockdownOptions& options);

// The parts with files of their own; true if the layer holds.
bool restrict_by_landlock();
bool restrict_system_calls();

}  // namespace weike::media
